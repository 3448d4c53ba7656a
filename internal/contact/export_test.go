package contact

// CustomCatalogue is for tests.
var CustomCatalogue = customCatalogue

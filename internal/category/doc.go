// Package category is in charge of categories: names with a colour under which
// colleagues put what they make, each for one kind of things or, when global, for all
// of them. What is in a category is known to who owns it.
//
// Tables: category. Kinds appended: none. Kinds read: none.
package category

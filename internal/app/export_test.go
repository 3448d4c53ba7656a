package app

import "ariane/internal/web"

// Doors gives tests everything that can be asked over HTTP.
func (a *App) Doors() [][]web.Route { return a.doors() }

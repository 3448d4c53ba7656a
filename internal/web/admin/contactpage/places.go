package contactpage

import (
	"context"

	"ariane/internal/base/i18n"
)

// placesView is where a contact was, and lives.
type placesView struct {
	List []place
}

// place is a place with what is known of it.
type place struct {
	Name, From string
}

func newPlacesView(ctx context.Context, data viewData) placesView {
	var v placesView
	if at := location(data.Contact); at != "" {
		v.List = append(v.List, place{Name: at, From: i18n.T(ctx, "contactpage.place.field|from the contact’s details")})
	}
	for _, d := range data.Devices {
		if at := d.Place.String(); at != "" {
			v.List = append(v.List, place{Name: at, From: browserName(d)})
		}
	}
	return v
}

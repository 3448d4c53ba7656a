package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestCompanies(t *testing.T) {
	b := start(t)
	wrong := b.answers(http.StatusBadRequest, "POST", "/api/companies/new", body{"companycity": "X"})
	if at(wrong, "errors.0.details.companyname.0") == "" {
		t.Error(wrong)
	}
	made := b.answers(http.StatusCreated, "POST", "/api/companies/new", body{"companyname": "Acme <b>", "companyemail": "info@acme.example", "companynumber_of_employees": "12", "score": 3})
	number := at(made, "company.id")
	if at(made, "company.fields.core.companyname.value") != "Acme <b>" || at(made, "company.score") != "3" {
		t.Error(made)
	}
	again := b.answers(http.StatusOK, "POST", "/api/companies/new", body{"companyname": "ACMÉ <b>", "companycity": "Lyon"})
	if at(again, "company.id") != number || at(again, "company.fields.all.companyemail") != "info@acme.example" {
		t.Error(again)
	}
	if forced := b.answers(http.StatusCreated, "POST", "/api/companies/new", body{"companyname": "Acme <b>", "force": true}); at(forced, "company.id") == number {
		t.Error(forced)
	}
	b.answers(http.StatusOK, "PATCH", "/api/companies/"+number+"/edit", body{"companyphone": "123"})
	got := b.answers(http.StatusOK, "GET", "/api/companies/"+number, nil)
	if at(got, "company.fields.core.companyphone.value") != "123" || at(got, "company.fields.core.companyname.id") != "37" || at(got, "company.fields.professional.companynumber_of_employees.value") != "12" {
		t.Error(got)
	}
	if list := b.answers(http.StatusOK, "GET", "/api/companies?search=lyon", nil); at(list, "total") != "1" || at(list, "companies."+number+".id") != number {
		t.Error(list)
	}
	b.answers(http.StatusOK, "DELETE", "/api/companies/"+number+"/delete", nil)
	b.answers(http.StatusNotFound, "GET", "/api/companies/"+number, nil)
	b.answers(http.StatusNotFound, "DELETE", "/api/companies/"+number+"/delete", nil)
}

func TestCompaniesOfContacts(t *testing.T) {
	b := start(t)
	ada := b.person("ada@example.test")
	number := at(b.answers(http.StatusCreated, "POST", "/api/companies/new", body{"companyname": "Acme"}), "company.id")
	for _, path := range []string{"/companies/%s/contact/%d/add", "/index.php/api/companies/%s/contact/%d/remove", "/companies/%s/contact/add/%d"} {
		path = fmt.Sprintf(path, number, ada)
		if !strings.HasPrefix(path, "/index.php") {
			path = "/api" + path
		}
		if got := b.answers(http.StatusOK, "POST", path, nil); at(got, "success") != "1" {
			t.Error(path, got)
		}
	}
	got := b.answers(http.StatusOK, "GET", fmt.Sprintf("/api/contacts/%d/companies", ada), nil)
	if at(got, "total") != "1" || at(got, "companies.0.company_id") != number || at(got, "companies.0.is_primary") != "1" || at(got, "companies.0.companyname") != "Acme" {
		t.Error(got)
	}
	if c := b.answers(http.StatusOK, "GET", fmt.Sprintf("/api/contacts/%d", ada), nil); at(c, "contact.fields.all.company") != "Acme" {
		t.Error(c)
	}
	b.answers(http.StatusNotFound, "POST", fmt.Sprintf("/api/companies/99/contact/%d/add", ada), nil)
	b.answers(http.StatusNotFound, "POST", "/api/companies/"+number+"/contact/99/add", nil)
	b.answers(http.StatusNotFound, "POST", fmt.Sprintf("/api/companies/%s/contact/%d/nothing", number, ada), nil)
}

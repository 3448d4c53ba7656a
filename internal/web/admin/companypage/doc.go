// Package companypage is in charge of the pages about companies: their list, the page
// of one with its people and their joint thread, the editor, merging and deleting.
package companypage

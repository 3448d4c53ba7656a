// Package form is in charge of forms: their definition, what may be answered to them, and the submissions
// they received.
//
// A form has fields in an order. A field may write a field of the contact; the others are kept with the
// submission only. A submission is accepted as a whole or refused with a message by field, and then nothing
// at all is written. A submission key, made for each rendering of a form, makes a submission that arrives
// twice count once.
//
// What follows a submission on this machine is done with it in one transaction;
// what leaves it is a job.
//
// Tables: form, form_field, form_action, form_submission, form_submission_key, form_count.
//
// Kinds appended: form.submitted.
//
// Kinds read: contact.merged, contact.joined, contact.erased.
package form

// Package stage is in charge of stages: the steps, ordered by weight, that contacts go
// through until they are customers, or lost. A contact is at one stage at most. Which
// one, and since when, follows from its thread: the latest change that this tells of
// counts, whoever it happened to before a merge.
//
// Tables: stage, stage_former, stage_move, contact_stage.
//
// Kinds appended: stage.changed.
//
// Kinds read, by Reader: those of merges, erasures, deletions and restorations that it
// is given.
package stage

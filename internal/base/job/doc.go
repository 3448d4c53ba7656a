// Package job is in charge of background work that survives a crash: jobs added
// in the transaction that makes them necessary, and tasks that come back after a
// period.
//
// A job has a kind and arguments of a type of its own. Until it has succeeded it
// is tried again, later and later; after its last attempt it has failed and
// stays in sight until somebody retries it. It is run at least once: work that
// must not happen twice carries its own key to the other side. A unique key
// keeps a second job of the same kind and key out while one waits or runs.
//
// Whoever runs a job holds a lease and renews it; when the process dies, the
// lease ends and another takes the job. The same holds for tasks, so that one
// process of many runs each.
//
// Tables: job, job_task. Finished jobs are kept for three days, failed ones for
// thirty.
package job

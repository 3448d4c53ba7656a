package db

// Watch has f told of every statement that runs from now on, in any goroutine. It
// is for tests that ask how statements are answered; f must not use the database.
func (d *DB) Watch(f func(query string, args []any)) { d.watch.Store(&f) }

func (d *DB) watched(query string, args []any) {
	if f := d.watch.Load(); f != nil {
		(*f)(query, args)
	}
}

package db

// Held is what a package keeps with this database under a key of a type of its
// own, made by create the first time. What is remembered of a database ends with it.
func (d *DB) Held(key any, create func() any) any {
	if kept, ok := d.held.Load(key); ok {
		return kept
	}
	kept, _ := d.held.LoadOrStore(key, create())
	return kept
}

// Of is the database that q reads, nil where q stands before it.
func Of(q Q) *DB {
	switch q := q.(type) {
	case *DB:
		return q
	case *Tx:
		return q.db
	}
	return nil
}

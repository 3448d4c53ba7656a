package db

import "context"

// Row is one row of a result.
type Row interface {
	Scan(dest ...any) error
}

// Each calls f with each row that a reading statement finds. In a transaction on
// PostgreSQL that is one exchange with the server, together with all that was to
// be written before. f must not use the transaction.
func Each(ctx context.Context, q Q, query string, args []any, f func(Row) error) error {
	if tx, ok := q.(*Tx); ok {
		if t, ok := tx.conn.(*pgTx); ok {
			return t.each(Postgres.rebind(query), args, f)
		}
	}
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

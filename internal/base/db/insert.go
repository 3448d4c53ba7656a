package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// insertSizes are the numbers of rows of one statement, so that few different
// texts are prepared.
var insertSizes = []int{256, 64, 16, 4, 1}

var inserts sync.Map // "table (columns) rows" -> text

// Insert adds rows to a table, many in one statement. That it failed may be told
// by a later statement of the transaction, or by the commit.
func (tx *Tx) Insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	return tx.insert(ctx, table, columns, rows, "", tx.conn.later)
}

// InsertMissing is Insert that passes over rows whose primary key exists. It
// tells how many rows it added.
func (tx *Tx) InsertMissing(ctx context.Context, table string, columns []string, rows [][]any) (int64, error) {
	var added int64
	err := tx.insert(ctx, table, columns, rows, " ON CONFLICT DO NOTHING", func(query string, args []any) error {
		result, err := tx.conn.exec(query, args)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		added += n
		return err
	})
	return added, err
}

// InsertOr is Insert that does something else for rows that exist: conflict is
// the text from ON CONFLICT on.
func (tx *Tx) InsertOr(ctx context.Context, table string, columns []string, rows [][]any, conflict string) error {
	return tx.insert(ctx, table, columns, rows, " "+conflict, tx.conn.later)
}

func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows [][]any, suffix string, run func(query string, args []any) error) error {
	for _, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("insert into %s: %d values for %d columns", table, len(row), len(columns))
		}
	}
	if tx.db.dialect == Postgres {
		return tx.insertArrays(ctx, table, columns, rows, suffix, run)
	}
	args := make([]any, 0, min(len(rows), insertSizes[0])*len(columns))
	for len(rows) > 0 {
		size := 1
		for _, s := range insertSizes {
			if s <= len(rows) {
				size = s
				break
			}
		}
		args = args[:0]
		for _, row := range rows[:size] {
			args = append(args, row...)
		}
		if err := run(sqliteInsert(table, columns, size, suffix), args); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
		rows = rows[size:]
	}
	return nil
}

// sqliteInsert does not undo a part of a statement that fails, which SQLite would
// keep copies of pages for: the transaction fails as a whole.
func sqliteInsert(table string, columns []string, rows int, suffix string) string {
	list := strings.Join(columns, ", ")
	key := table + " (" + list + ") " + strconv.Itoa(rows) + suffix
	if s, ok := inserts.Load(key); ok {
		return s.(string)
	}
	row := "(" + Marks(len(columns)) + ")"
	s := "INSERT OR FAIL INTO " + table + " (" + list + ") VALUES " + row + strings.Repeat(", "+row, rows-1) + suffix
	inserts.Store(key, s)
	return s
}

// insertArrays sends each column as one array, so that any number of rows is
// one statement with one plan.
func (tx *Tx) insertArrays(ctx context.Context, table string, columns []string, rows [][]any, suffix string, run func(query string, args []any) error) error {
	if len(rows) == 0 {
		return nil
	}
	types, err := tx.columnTypes(ctx, table)
	if err != nil {
		return err
	}
	args := make([]any, len(columns))
	for i, column := range columns {
		if args[i], err = array(types[column], rows, i); err != nil {
			return fmt.Errorf("insert into %s: column %s: %w", table, column, err)
		}
	}
	if err := run(arraysText(table, columns, types, suffix), args); err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	return nil
}

func arraysText(table string, columns []string, types map[string]string, suffix string) string {
	list := strings.Join(columns, ", ")
	key := table + " (" + list + ") arrays" + suffix
	if s, ok := inserts.Load(key); ok {
		return s.(string)
	}
	var values, arrays, names []string
	for i, column := range columns {
		name := "c" + strconv.Itoa(i)
		names = append(names, name)
		value, of := name, "bigint[]"
		switch types[column] {
		case "text":
			of = "text[]"
		case "bytea":
			of = "bytea[]"
		case "float8":
			of = "float8[]"
		case "jsonb":
			value, of = name+"::jsonb", "text[]"
		}
		values, arrays = append(values, value), append(arrays, "CAST(? AS "+of+")")
	}
	s := "INSERT INTO " + table + " (" + list + ") SELECT " + strings.Join(values, ", ") +
		" FROM unnest(" + strings.Join(arrays, ", ") + ") AS rows (" + strings.Join(names, ", ") + ")" + suffix
	s = Postgres.rebind(s)
	inserts.Store(key, s)
	return s
}

// columnTypes reads the types of a table once for each database.
func (tx *Tx) columnTypes(ctx context.Context, table string) (map[string]string, error) {
	if t, ok := tx.db.types.Load(table); ok {
		return t.(map[string]string), nil
	}
	rows, err := tx.Query(ctx, `SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?`, table)
	if err != nil {
		return nil, fmt.Errorf("read columns of %s: %w", table, err)
	}
	defer rows.Close()
	types := map[string]string{}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, err
		}
		types[name] = kind
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	tx.db.types.Store(table, types)
	return types, nil
}

// array is one column of rows in the type that the driver sends.
func array(kind string, rows [][]any, column int) (any, error) {
	switch kind {
	case "int2", "int4", "int8":
		return pointers(rows, column, func(v any) (int64, bool) {
			switch n := v.(type) {
			case int64:
				return n, true
			case int:
				return int64(n), true
			}
			return 0, false
		})
	case "text", "jsonb":
		return pointers(rows, column, func(v any) (string, bool) {
			s, ok := v.(string)
			return s, ok
		})
	case "float8":
		return pointers(rows, column, func(v any) (float64, bool) {
			n, ok := v.(float64)
			return n, ok
		})
	case "bytea":
		list := make([][]byte, len(rows))
		for i, row := range rows {
			b, ok := row[column].([]byte)
			if !ok && row[column] != nil {
				return nil, fmt.Errorf("%T is not bytes", row[column])
			}
			list[i] = b
		}
		return list, nil
	}
	return nil, fmt.Errorf("type %q is not known", kind)
}

// pointers turns a column into values that may be null.
func pointers[T any](rows [][]any, column int, convert func(any) (T, bool)) ([]*T, error) {
	list, values := make([]*T, len(rows)), make([]T, len(rows))
	for i, row := range rows {
		if row[column] == nil {
			continue
		}
		v, ok := convert(row[column])
		if !ok {
			return nil, fmt.Errorf("%T does not fit", row[column])
		}
		values[i] = v
		list[i] = &values[i]
	}
	return list, nil
}

package dbtest_test

import (
	"testing"

	"ariane/internal/base/db/dbtest"
)

// What reads or sorts a whole table is told from what an index or a LIMIT bounds.
func TestPlanOf(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	for query, want := range map[string]struct{ scans, sorts bool }{
		`SELECT id FROM contact WHERE id = 7`:                                                                                      {},
		`SELECT id FROM contact WHERE state = 1 ORDER BY company DESC, id DESC LIMIT 30`:                                           {},
		`SELECT id FROM contact WHERE state = 1 AND company > 'a' ORDER BY company, id LIMIT 30`:                                   {},
		`SELECT kind, count(*) FROM event WHERE contact_id = 5 GROUP BY kind`:                                                      {},
		`SELECT count(*) FROM (SELECT id FROM contact WHERE state = 1 LIMIT 100) AS found`:                                         {},
		`SELECT kind, count(*) FROM (SELECT kind FROM event WHERE lane = 0 AND id > 5 ORDER BY id LIMIT 9) AS found GROUP BY kind`: {},
		`SELECT a.address FROM contact_ip i JOIN ip_address a ON a.id = i.ip_id WHERE i.contact_id = 5 ORDER BY i.added`:           {},
		`SELECT kind, count(*) FROM event WHERE contact_id = 5 AND (at, id) < (7, 7) GROUP BY kind`:                                {},
		`SELECT id, (SELECT at FROM event e WHERE e.lane = 0 ORDER BY e.id LIMIT 1) FROM contact WHERE id = 7`:                     {},
		`SELECT id, (SELECT at FROM event e WHERE e.lane = 0 ORDER BY e.kind LIMIT 1) FROM contact WHERE id = 7`:                   {scans: true, sorts: true},
		`SELECT id, (SELECT max(at) FROM event e WHERE e.lane = 0) FROM contact WHERE id = 7`:                                      {scans: true},
		`SELECT id FROM contact ORDER BY modified LIMIT 30`:                                                                        {scans: true, sorts: true},
		`SELECT count(*) FROM contact`:                                                                                              {scans: true},
		`SELECT count(*) FROM contact WHERE state = 1`:                                                                              {scans: true},
		`SELECT kind, count(*) FROM event GROUP BY kind`:                                                                            {scans: true, sorts: true},
		`SELECT id FROM contact WHERE state = 1 ORDER BY company, points LIMIT 30`:                                                  {scans: true, sorts: true},
		`SELECT contact_id FROM contact_active WHERE state = 1 ORDER BY contact_id + 1 LIMIT 30`:                                    {scans: true, sorts: true},
		`SELECT c.id FROM contact c JOIN contact_active a ON a.contact_id = c.id WHERE c.state = 1 ORDER BY a.last_active LIMIT 30`: {scans: true, sorts: true},
	} {
		plan := dbtest.PlanOf(t, d, query)
		if (len(plan.Scans) > 0) != want.scans {
			t.Errorf("%s reads whole: %q\n%s", query, plan.Scans, plan.Text)
		}
		if (len(plan.Sorts) > 0) != want.sorts {
			t.Errorf("%s sorts: %q\n%s", query, plan.Sorts, plan.Text)
		}
	}
}

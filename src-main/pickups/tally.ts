/**
 * How many pickups stand in each state. Counted once; from then on kept by triggers of this connection, in memory and
 * in the same transactions: counting 100,000 rows anew at every push of the state would hold up the desk. New pickups
 * come by the thousand and are told of together: a trigger at each would cost a third of its insert.
 */
import type { Sqlite } from '../storage/index.ts'

const keep = `
CREATE TEMP TABLE pickup_tally (state TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO pickup_tally SELECT state, count(*) FROM main.pickup GROUP BY state;
CREATE TEMP TRIGGER pickup_tally_on AFTER UPDATE OF state ON main.pickup WHEN NEW.state <> OLD.state BEGIN
  UPDATE pickup_tally SET n = n - 1 WHERE state = OLD.state;
  INSERT INTO pickup_tally VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET n = n + 1;
END;
CREATE TEMP TRIGGER pickup_tally_out AFTER DELETE ON main.pickup BEGIN
  UPDATE pickup_tally SET n = n - 1 WHERE state = OLD.state;
END;
`

export interface Tally {
  /** The first reading counts. */
  read(): ReadonlyMap<string, number>
  /** So many new rows in this state, in the transaction that wrote them. */
  added(state: string, count: number): void
}

export function createTally(db: Sqlite): Tally {
  const kept = db.prepare<[], string>("SELECT name FROM sqlite_temp_schema WHERE name = 'pickup_tally'").pluck()
  let read: (() => { state: string; n: number }[]) | null = null
  let add: ((state: string, count: number) => void) | null = null

  function begin(): () => { state: string; n: number }[] {
    if (kept.get() === undefined) db.transaction(() => db.exec(keep))()
    const all = db.prepare<[], { state: string; n: number }>('SELECT state, n FROM temp.pickup_tally')
    return () => all.all()
  }

  return {
    read() {
      // Inside a transaction that may be undone, nothing is set up.
      if (read === null && db.inTransaction) {
        const rows = db
          .prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM pickup GROUP BY state')
          .all()
        return new Map(rows.map(({ state, n }) => [state, n]))
      }
      read ??= begin()
      return new Map(read().map(({ state, n }) => [state, n]))
    },
    added(state, count) {
      if (count === 0) return
      if (add === null) {
        // Not counted yet, so not kept yet.
        if (kept.get() === undefined) return
        const statement = db.prepare<[string, number]>(
          'INSERT INTO temp.pickup_tally VALUES (?, ?) ON CONFLICT (state) DO UPDATE SET n = n + excluded.n',
        )
        add = (to, by) => void statement.run(to, by)
      }
      add(state, count)
    },
  }
}

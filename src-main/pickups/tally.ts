/**
 * How many pickups stand in each state. Counted once; from then on kept by triggers of this connection, in memory and in
 * the same transactions: counting 100,000 rows anew at every push of the state would hold up the desk.
 */
import type { Sqlite } from '../storage/index.ts'

const keep = `
CREATE TEMP TABLE pickup_tally (state TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO pickup_tally SELECT state, count(*) FROM main.pickup GROUP BY state;
CREATE TEMP TRIGGER pickup_tally_in AFTER INSERT ON main.pickup BEGIN
  INSERT INTO pickup_tally VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET n = n + 1;
END;
CREATE TEMP TRIGGER pickup_tally_on AFTER UPDATE OF state ON main.pickup WHEN NEW.state <> OLD.state BEGIN
  UPDATE pickup_tally SET n = n - 1 WHERE state = OLD.state;
  INSERT INTO pickup_tally VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET n = n + 1;
END;
CREATE TEMP TRIGGER pickup_tally_out AFTER DELETE ON main.pickup BEGIN
  UPDATE pickup_tally SET n = n - 1 WHERE state = OLD.state;
END;
`

/** The returned function reads the tally; the first call counts. */
export function createTally(db: Sqlite): () => ReadonlyMap<string, number> {
  const kept = db.prepare<[], string>("SELECT name FROM sqlite_temp_schema WHERE name = 'pickup_tally'").pluck()
  let read: (() => { state: string; n: number }[]) | null = null

  function begin(): () => { state: string; n: number }[] {
    if (kept.get() === undefined) db.transaction(() => db.exec(keep))()
    const all = db.prepare<[], { state: string; n: number }>('SELECT state, n FROM temp.pickup_tally')
    return () => all.all()
  }

  return () => {
    // Inside a transaction that may be undone, nothing is set up.
    if (read === null && db.inTransaction) {
      const rows = db.prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM pickup GROUP BY state').all()
      return new Map(rows.map(({ state, n }) => [state, n]))
    }
    read ??= begin()
    return new Map(read().map(({ state, n }) => [state, n]))
  }
}

/**
 * What may be left inside the printer, kept over a restart: an engine that dies does not forget that the printer must
 * be switched off.
 */
import type { Sqlite } from '../storage/index.ts'
import type { KnownInside } from './inside.ts'

export interface PrinterMemory {
  read(): KnownInside
  write(left: KnownInside): void
}

export function createPrinterMemory(db: Sqlite): PrinterMemory {
  const read = db.prepare<[], KnownInside>('SELECT left_inside FROM printer_memory').pluck()
  const write = db.prepare(
    'INSERT INTO printer_memory (one, left_inside) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET left_inside = excluded.left_inside',
  )
  return {
    read: () => read.get() ?? 'nothing',
    write: (left) => void write.run(left),
  }
}

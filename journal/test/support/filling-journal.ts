import { ClassicLevel } from 'classic-level'
import { openJournal } from '../../src/local.ts'

// Appends records to a journal in the directory named by the first argument until nothing can be written any more; prints
// how many were answered, and the fault. Whoever starts it bounds the size of its files.
const [directory = '.'] = process.argv.slice(2)
const db = new ClassicLevel<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
await db.open()
const journal = await openJournal({ db })
let answered = 0
try {
  for (; answered < 10_000; answered += 1) await journal.append([new Uint8Array(1_000).fill(answered)])
  process.stdout.write(JSON.stringify({ answered }))
} catch (error) {
  process.stdout.write(JSON.stringify({ answered, fault: (error as { fault?: { code: string } }).fault?.code }))
}
// What the store could not write, it may not be able to close.
process.exit(0)

import { join } from 'node:path'
import { createExecution } from '@parley/execution'
import { openJournal } from '@parley/journal'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createSequencer } from '../../src/index.ts'
import { FakeL2 } from './fake-l2.ts'
import { signer } from './signer.ts'
import { config, deposit } from './world.ts'

// A sequencer on the directory named by the first argument; prints where it listens as JSON. Ends when it is killed.
const [directory = '.', ...shards] = process.argv.slice(2)
const log = pino({ level: 'warn' }, pino.destination(2))
const open = async (name: string): Promise<ClassicLevel<Uint8Array, Uint8Array>> => {
  const level = new ClassicLevel<Uint8Array, Uint8Array>(join(directory, name), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  })
  await level.open()
  return level
}
const l2 = new FakeL2(config, signer.address)
l2.enqueue(...shards.map((shard) => deposit(Number(shard))))
const sequencer = createSequencer(
  {
    config,
    execution: await createExecution({ config, log }, { lanes: 2, verifier: 'portable' }),
    journal: await openJournal({ db: await open('journal') }),
    store: await open('store'),
    settlement: l2,
    signer,
    signedHeaders: await open('signed'),
    witnesses: [],
    clock: systemClock,
    log,
    registry: new Registry(),
  },
  { alone: true, sealing: { minAgeMs: 20, minOperations: 4, maxWaitMs: 200 }, storage: { snapshotEveryBlocks: 5 } },
)
await sequencer.start()
process.stdout.write(`${JSON.stringify({ url: sequencer.url })}\n`)
await sequencer.failed

import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { devnetDefaults, startDevnet } from '../../src/devnet/devnet.ts'

// Starts both chains and tells their pids, then waits to be killed.
const devnet = await startDevnet(
  { clock: systemClock, log: pino({ level: 'silent' }) },
  devnetDefaults,
  new AbortController().signal,
)
process.stdout.write(`${devnet.l1.pid} ${devnet.l2.pid}\n`)
await devnet.exited

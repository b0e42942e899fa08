import { supervise } from '../../src/process/supervise.ts'

// Starts a command that ignores SIGTERM and tells its pid, then waits to be killed.
const child = await supervise({
  command: 'sh',
  args: ['-c', 'trap "" TERM; echo $$; while :; do sleep 0.05; done'],
  stopGraceSeconds: 1,
  onLine: (line) => process.stdout.write(`${line}\n`),
})
await child.exited

import { portList } from './ports.ts'
import { choice, defaulted, integer, text, toggle } from './setting.ts'

/** What every command, or every process that serves, has. */
export const runSettings = {
  'log.level': defaulted(
    'info',
    choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      flag: 'log-level',
      about: 'Least severe log entries written to standard error.',
    }),
  ),
  'log.format': defaulted(
    'auto',
    choice(['auto', 'json', 'pretty'], {
      flag: 'log-format',
      about: 'Form of log entries; auto is JSON for roles that serve without a terminal, and pretty elsewhere.',
    }),
  ),
  'run.dataDir': text({ flag: 'data', about: 'Directory of everything that the command stores.' }),
  'run.json': defaulted(false, toggle({ flag: 'json', about: 'Print one JSON object on standard output.' })),
  'run.out': text({
    flag: 'out',
    about: 'Where to write: the file of a secret key, with mode 600, which must not exist; the directory of a page.',
  }),
  'run.lanes': integer(1, 64, {
    flag: 'lanes',
    about: 'Worker threads that execute; one per core when left out. Changes no root.',
  }),
  'run.verifier': defaulted(
    'auto',
    choice(['auto', 'portable', 'system'], {
      flag: 'verifier',
      about: 'Library that verifies signatures: npm’s, the system’s libsecp256k1, or the system’s when it is found.',
    }),
  ),
  'run.host': defaulted('127.0.0.1', text({ flag: 'host', about: 'Address that the server listens on.' })),
  'run.port': defaulted(
    0,
    integer(0, 65_535, {
      flag: 'port',
      about: `TCP port that the server listens on, 0 any free one. When left out: ${portList}.`,
    }),
  ),
} as const

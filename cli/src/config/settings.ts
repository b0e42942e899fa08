import { address, choice, defaulted, integer, type Setting, secretKey, text, url } from './setting.ts'

/** Every key there is, as `section.name`. Variables and flags follow from it, and so does the table in the README. */
export const settings = {
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
      about: 'Form of log entries; auto is pretty on a terminal and JSON elsewhere.',
    }),
  ),
  'run.dataDir': text({ flag: 'data', about: 'Directory of everything this process stores.' }),
  'run.lanes': integer(1, 64, {
    flag: 'lanes',
    about: 'Worker threads that execute; one a core when left out. Changes no root.',
  }),
  'run.host': defaulted('127.0.0.1', text({ flag: 'host', about: 'Address that servers listen on.' })),
  'run.port': defaulted(
    0,
    integer(0, 65_535, { flag: 'port', about: 'TCP port that the server listens on; 0 takes any free one.' }),
  ),
  'l1.url': url({ flag: 'l1', about: 'JSON-RPC of the L1 that carries blobs.' }),
  'l1.beaconUrl': url({ flag: 'beacon', about: 'Beacon API that serves the L1’s blobs; `l1.url` when left out.' }),
  'l2.url': url({ flag: 'l2', about: 'JSON-RPC of the L2.' }),
  'l2.rollup': address({ flag: 'rollup', about: 'Address of the Rollup contract on the L2.' }),
  'da.layer': defaulted(
    'local',
    choice(['local', 'ethereum-blobs'], { flag: 'da', about: 'Layer that batches are published on.' }),
  ),
  'da.localUrl': url({ flag: 'da-local', about: 'Where the local layer is served.' }),
  'sequencer.key': secretKey('Key that signs headers: 0x and 64 hexadecimal digits.'),
} as const satisfies Readonly<Record<`${string}.${string}`, Setting<unknown>>>

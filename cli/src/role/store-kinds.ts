/**
 * Every store that a role keeps: its directory inside the data directory, and the number of the form that this program
 * writes and reads. Whoever changes what is stored raises the number.
 */
export const storeKinds = {
  'sequencer journal': { directory: 'journal', form: 3 },
  'sequencer place in the journal': { directory: 'journal-place', form: 1 },
  'sequencer blocks, snapshots, finality and inbox': { directory: 'chain', form: 3 },
  'signed headers': { directory: 'signed-headers', form: 1 },
  'signer record': { directory: 'record', form: 1 },
  'relay blocks': { directory: 'blocks', form: 1 },
  'node chain': { directory: 'chain', form: 2 },
  'batcher plans': { directory: 'plans', form: 2 },
  'settlement transactions': { directory: 'transactions', form: 1 },
  'quote transactions': { directory: 'quotes', form: 1 },
  'contest transactions': { directory: 'contests', form: 1 },
  'rescue transactions': { directory: 'rescues', form: 1 },
  'deposit transactions': { directory: 'deposits', form: 1 },
  'blob publications': { directory: 'blobs', form: 2 },
  'celestia publications': { directory: 'celestia', form: 1 },
  'alt-DA commitments': { directory: 'alt-da', form: 2 },
  'committee certificates': { directory: 'certificates', form: 1 },
  contents: { directory: 'contents', form: 1 },
  'store peer': { directory: 'peer', form: 1 },
  'gateway tokens': { directory: 'tokens', form: 1 },
  'gateway transactions': { directory: 'transactions', form: 1 },
  'pds contents': { directory: 'contents', form: 1 },
  'pds users': { directory: 'users', form: 1 },
  'push registrations': { directory: 'registrations', form: 1 },
  'DA node parts': { directory: 'index', form: 1 },
  'answer transactions': { directory: 'answers', form: 1 },
  'chat device': { directory: 'device', form: 1 },
  migration: { directory: 'migration', form: 1 },
  network: { directory: 'network', form: 1 },
  'L2 trail': { directory: 'trail', form: 1 },
} as const

export type StoreKind = keyof typeof storeKinds

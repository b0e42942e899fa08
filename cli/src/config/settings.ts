import {
  address,
  choice,
  defaulted,
  hex,
  integer,
  listOf,
  quantity,
  type Setting,
  secretKey,
  text,
  toggle,
  uint64,
  url,
} from './setting.ts'

const day = 86_400_000

const common = {
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
  'run.dataDir': text({ flag: 'data', about: 'Directory of everything that the command stores.' }),
  'run.json': defaulted(false, toggle({ flag: 'json', about: 'Print one JSON object on standard output.' })),
  'run.out': text({
    flag: 'out',
    about: 'Where to write: the file of a secret key, with mode 600, which must not exist; the directory of a page.',
  }),
  'run.lanes': integer(1, 64, {
    flag: 'lanes',
    about: 'Worker threads that execute; one a core when left out. Changes no root.',
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
    integer(0, 65_535, { flag: 'port', about: 'TCP port that the server listens on; 0 takes any free one.' }),
  ),
} as const

const places = {
  'l1.url': url({ flag: 'l1', about: 'JSON-RPC of the L1 that carries blobs.' }),
  'l1.beaconUrl': url({ flag: 'beacon', about: 'Beacon API that serves the L1’s blobs; `l1.url` when left out.' }),
  'l1.key': secretKey('Key that pays for publishing on the L1.'),
  'l2.url': url({ flag: 'l2', about: 'JSON-RPC of the L2.' }),
  'l2.rollup': address({ flag: 'rollup', about: 'Address of the Rollup contract on the L2.' }),
  'l2.directory': address({ flag: 'directory', about: 'Address of the ContactDirectory contract on the L2.' }),
  'l2.publicInbox': address({ flag: 'public-inbox', about: 'Address of the PublicInbox contract on the L2.' }),
  'l2.publicInboxBlock': defaulted(
    1n,
    uint64(1n, 2n ** 63n, { flag: 'public-inbox-block', about: 'L2 block that the PublicInbox was deployed in.' }),
  ),
  'l2.treasury': address({ flag: 'treasury-contract', about: 'Address of the Treasury contract on the L2.' }),
  'l2.governor': address({ flag: 'governor', about: 'Address of the ParleyGovernor contract on the L2.' }),
  'l2.votes': address({ flag: 'votes', about: 'Address of the ParleyVotes contract on the L2.' }),
  'l2.pollMs': defaulted(1_000, integer(50, 60_000, { about: 'Milliseconds between looks for new blocks of the L2.' })),
  'l2.key': secretKey('Key that sends transactions on the L2: the batcher’s, or the payer of deposits.'),
  'da.layer': defaulted(
    'local',
    choice(['local', 'ethereum-blobs'], {
      flag: 'da',
      about: 'Layer that batches are published on; the sequencer’s blocks fit it.',
    }),
  ),
  'da.confirmations': defaulted(
    3,
    integer(1, 64, { about: 'L1 blocks, the including one counted, after which a publication counts as made.' }),
  ),
  'da.localUrl': url({ flag: 'da-local', about: 'Where the local layer is served.' }),
  'da.localDir': text({
    flag: 'da-dir',
    about: 'Directory of the local layer; what publishes and serves it needs it.',
  }),
  'sequencer.url': url({ flag: 'sequencer', about: 'Where the sequencer serves.' }),
  'node.url': url({ flag: 'node', about: 'Where a verifying node serves.' }),
} as const

const sequencer = {
  'sequencer.key': secretKey('Key that signs headers.'),
  'sequencer.minAgeMs': defaulted(
    500,
    integer(0, day, { about: 'Milliseconds before which a block is sealed only when it is full.' }),
  ),
  'sequencer.minOperations': defaulted(
    256,
    integer(1, 1_000_000, { about: 'Accepted operations that are worth a block once it is that old.' }),
  ),
  'sequencer.maxWaitMs': defaulted(
    2_000,
    integer(1, day, { about: 'Milliseconds that anything accepted waits to be sealed at most.' }),
  ),
  'sequencer.maxSegments': integer(64, 1_024, {
    about: 'Segments of a block at most; as many as `da.layer` takes whatever they hold, when left out.',
  }),
  'sequencer.journalGroupMs': defaulted(
    8,
    integer(0, 1_000, {
      about:
        'Milliseconds between synced writes of the journal under load; what comes after a pause is written at once.',
    }),
  ),
  'sequencer.snapshotEveryBlocks': defaulted(
    2_000,
    integer(1, 1_000_000_000, { about: 'Blocks between snapshots of the state, from which it starts again.' }),
  ),
  'sequencer.quotaBurst': defaulted(
    1_000_000,
    integer(1, Number.MAX_SAFE_INTEGER, {
      about: 'Messages that one address may send at once; one with a junk signature counts as 100.',
    }),
  ),
  'sequencer.quotaPerSecond': defaulted(
    200_000,
    integer(1, Number.MAX_SAFE_INTEGER, { about: 'Messages a second that one address may send in the long run.' }),
  ),
  'sequencer.blockEveryOffers': integer(1, 960, {
    about: 'Development: seals after so many offers, with a clock that counts blocks; the real clock when left out.',
  }),
  'sequencer.blockTimeMs': defaulted(
    1_000,
    integer(250, day, { about: 'Development: milliseconds between blocks of that clock.' }),
  ),
  'sequencer.inboxItemsFirst': defaulted(
    0,
    integer(0, 1_000_000, { about: 'Development: inbox items that the first blocks of that clock consume.' }),
  ),
} as const

const batcher = {
  'batcher.maxAgeMs': defaulted(
    5_000,
    integer(0, day, { about: 'Milliseconds after which a partial batch is posted.' }),
  ),
  'batcher.maxBlocks': defaulted(1_024, integer(1, 1_024, { about: 'Blocks of one batch at most.' })),
  'batcher.maxBatchesInFlight': defaulted(
    2,
    integer(1, 16, { about: 'Batches published at the same time; claims go out in order all the same.' }),
  ),
  'batcher.watchEveryMs': defaulted(
    5_000,
    integer(50, day, { about: 'Milliseconds between looks at finality and the claims standing.' }),
  ),
  'batcher.pushPrices': defaulted(
    true,
    toggle({ about: 'Move the L3’s prices after what the L2 knows of its L1, as far as the contract lets anyone.' }),
  ),
  'batcher.pricesEveryMs': defaulted(
    60_000,
    integer(1_000, day, { about: 'Milliseconds between looks whether prices can be moved.' }),
  ),
} as const

const node = {
  'node.confidence': defaulted(
    'latest',
    choice(['latest', 'safe', 'finalized'], {
      about: 'How settled an L2 block must be before its events are believed; reorganisations are met either way.',
    }),
  ),
  'node.snapshotEveryBlocks': defaulted(
    1_024,
    integer(1, 1_000_000_000, { about: 'Blocks after which the state is kept as a snapshot.' }),
  ),
  'node.fetchAhead': defaulted(2, integer(0, 16, { about: 'Claims fetched ahead of the one that is verified.' })),
} as const

const load = {
  'load.trace': text({ flag: 'trace', about: 'Trace to play, plain or gzip; synthetic conversations when left out.' }),
  'load.messages': integer(1, 1_000_000_000, { flag: 'messages', about: 'Messages after which the load ends.' }),
  'load.messagesPerSecond': integer(1, 1_000_000, { flag: 'rate', about: 'Messages a second at most.' }),
  'load.lookaheadLines': defaulted(
    8_192,
    integer(1, 1_000_000, { about: 'Lines of the trace that decide whom a conversation starts with.' }),
  ),
  'load.maxMessages': defaulted(100, integer(1, 4_096, { flag: 'body', about: 'Messages of one request at most.' })),
  'load.depositMwei': defaulted(
    10n ** 10n,
    uint64(1n, 2n ** 57n, {
      flag: 'deposit',
      about: 'Deposit that opens the account of a replay in each shard, in mwei.',
    }),
  ),
  'load.seed': uint64(0n, 2n ** 64n - 1n, {
    flag: 'seed',
    about: 'Keys and salts follow from it, and with `parley dev` the clock; random when left out.',
  }),
} as const

const dev = {
  'dev.exit': defaulted(
    false,
    toggle({ flag: 'exit', about: 'End once all messages are final; the exit code says whether every check held.' }),
  ),
  'dev.contacts': defaulted(
    false,
    toggle({ flag: 'contacts', about: 'Deploy the contact directory, too, and with --exit go through its actions.' }),
  ),
  'dev.inbox': defaulted(
    false,
    toggle({
      flag: 'inbox',
      about: 'Deploy the public inbox and its gates, too, and with --exit go through its actions.',
    }),
  ),
  'dev.treasury': defaulted(
    false,
    toggle({
      flag: 'treasury',
      about: 'Deploy treasury and governance, too, and with --exit go through their actions.',
    }),
  ),
  'dev.keep': defaulted(false, toggle({ flag: 'keep', about: 'Keep the data directory.' })),
  'dev.withinSeconds': defaulted(
    600,
    integer(10, 86_400, { flag: 'within', about: 'Seconds that a run with --exit may take once the load is sent.' }),
  ),
} as const

const deploy = {
  'deploy.preset': defaulted(
    'dev',
    choice(['dev', 'production'], { flag: 'preset', about: 'Parameters of the deployment.' }),
  ),
  'deploy.phases': defaulted(
    ['rollup'],
    listOf(['rollup', 'contacts', 'inbox', 'reputation', 'treasury'], {
      flag: 'phases',
      about: 'Parts to deploy, separated by commas; what the deployment file has stays.',
    }),
  ),
  'deploy.governance': address({
    flag: 'governance',
    about: 'Sets all parameters but the rollup’s, unless the treasury’s timelock does; the deployer when left out.',
  }),
  'deploy.voteHolder': address({
    flag: 'vote-holder',
    about: 'Has all votes of the treasury’s governance at first; the deployer when left out.',
  }),
  'deploy.sequencer': address({ flag: 'sequencer-address', about: 'Address whose header signatures count.' }),
  'deploy.claimer': address({ flag: 'claimer', about: 'First account that may claim.' }),
  'deploy.operator': address({
    flag: 'operator',
    about: 'Names the claimers and records costs; the deployer when left out.',
  }),
  'deploy.treasury': address({
    flag: 'treasury-address',
    about: 'Receives revenue and fees, unless the phase treasury is there; the deployer when left out.',
  }),
  'deploy.out': text({
    flag: 'deployment',
    about: 'Deployment file: what it has is left as it is, and every contract is added as soon as it stands.',
  }),
  'deploy.genesisTimestampMs': uint64(0n, 2n ** 53n, {
    flag: 'genesis',
    about: 'Genesis in milliseconds since 1970; the L2’s time when left out.',
  }),
} as const

/** How somebody decides and somebody else sends. */
const relay = {
  'relay.sign': defaulted(
    false,
    toggle({ flag: 'sign', about: 'Sign for somebody else to send and print the authorization; nothing is sent.' }),
  ),
  'relay.authorization': text({
    flag: 'authorization',
    about: 'File with what --sign printed: that signer decides, PARLEY_L2_KEY only pays.',
  }),
  'relay.deadlineSeconds': defaulted(
    3_600,
    integer(1, 31_536_000, { flag: 'deadline', about: 'Seconds from now that a signature counts.' }),
  ),
} as const

const contacts = {
  'contacts.validitySeconds': defaulted(
    31_536_000,
    integer(1, 630_720_000, { flag: 'validity', about: 'Seconds that an attribute or a delegate counts.' }),
  ),
  'contacts.revoke': defaulted(false, toggle({ flag: 'revoke', about: 'Take the delegate back.' })),
  'contacts.network': text({
    flag: 'network',
    about: 'Name of the network in the DID; the chain id in hexadecimal when left out.',
  }),
} as const

const invites = {
  'invites.sender': address({ flag: 'sender', about: 'Who would invite; the address of PARLEY_L2_KEY when left out.' }),
  'invites.maxFee': uint64(0n, 10n ** 18n, {
    flag: 'max-fee',
    about: 'Wei that an invite may cost; what is quoted when left out.',
  }),
  'invites.gateData': defaulted(
    '0x',
    hex({ flag: 'gate-data', about: 'What the recipient’s gate asks for, in hexadecimal.' }),
  ),
  'invites.relayer': address({ flag: 'relayer', about: 'Who alone may relay a signed invite; anyone when left out.' }),
  'invites.cursor': text({ flag: 'cursor', about: 'File that keeps where watching goes on.' }),
  'invites.once': defaulted(false, toggle({ flag: 'once', about: 'End at the L2’s head.' })),
  'invites.to': address({ flag: 'to', about: 'Who receives the credit; the account itself when left out.' }),
  'invites.amount': uint64(1n, 2n ** 64n - 1n, {
    flag: 'amount',
    about: 'Wei to withdraw; all there is when left out.',
  }),
} as const

const treasury = {
  'treasury.layer': defaulted(
    0,
    integer(0, 255, { flag: 'layer', about: 'Number of the DA layer that was paid; 0 for the claim itself.' }),
  ),
} as const

const keys = {
  'keys.reveal': defaulted(false, toggle({ flag: 'reveal', about: 'Print the secret key on standard output.' })),
  'keys.index': defaulted(
    0,
    integer(0, 2 ** 31 - 1, { flag: 'index', about: 'Last number of the path m/44’/60’/0’/0/index.' }),
  ),
} as const

/** Costs are told at stated prices, which are inputs and no claim about any market. */
const price = (flag: string, about: string): Setting<number> => quantity(0, 1_000_000, { flag, about })

const bench = {
  'bench.quick': defaulted(
    false,
    toggle({
      flag: 'quick',
      about: 'Measure less: fewer repeats and smaller sizes, good for looking, not for citing.',
    }),
  ),
  'bench.repeats': integer(1, 1_000, {
    flag: 'repeats',
    about: 'Measurements behind each figure; at least 5 when left out, fewer with --quick.',
  }),
  'bench.baseline': text({
    flag: 'baseline',
    about: 'File of ratios that `bench guard` compares with; the project’s own when left out.',
  }),
  'bench.rewrite': defaulted(
    false,
    toggle({ flag: 'rewrite', about: 'Make the baseline anew of what is measured, instead of comparing.' }),
  ),
  'bench.report': text({
    flag: 'report',
    about: 'The report.json of a `bench all` that `bench guard` takes instead of measuring.',
  }),
  'bench.tolerancePercent': defaulted(
    25,
    integer(0, 1_000, {
      flag: 'tolerance',
      about: 'Hundredths by which a figure may differ and still count as the same.',
    }),
  ),
  'bench.etherUsd': defaulted(3_000, price('ether-usd', 'Dollars for one ether.')),
  'bench.l1GasGwei': defaulted(1, price('l1-gas', 'Gwei for one gas on the L1.')),
  'bench.blobGasGwei': defaulted(
    0.0625,
    price('blob-gas', 'Gwei for one gas of blobs; a sixteenth of the L1’s gas is its floor by EIP-7918.'),
  ),
  'bench.l2GasGwei': defaulted(0.001, price('l2-gas', 'Gwei for one gas on the L2.')),
  'bench.tiaUsd': defaulted(1, price('tia-usd', 'Dollars for one TIA.')),
  'bench.celestiaGasUtia': defaulted(0.004, price('celestia-gas', 'Millionths of a TIA for one gas on Celestia.')),
  'bench.bodiesPerSecond': integer(1, 1_000_000, {
    flag: 'bodies-per-second',
    about: 'Bodies a second that `bench open-load` sends, whatever becomes of those before.',
  }),
  'bench.file': text({ flag: 'file', about: 'Signed messages that `bench load` sends.' }),
  'bench.stream': defaulted(
    false,
    toggle({ flag: 'stream', about: 'Send messages one by one over WebSockets instead of in request bodies.' }),
  ),
} as const

const simulate = {
  'simulate.fees': defaulted(
    'proposal',
    choice(['proposal', 'parley'], {
      flag: 'fees',
      about: 'Parameters of `simulate spam`: the proposal’s own fee model, or Parley’s defaults.',
    }),
  ),
  'simulate.actions': defaulted(
    10_000,
    integer(1, 1_000_000, { flag: 'actions', about: 'Random actions of `simulate conservation`.' }),
  ),
} as const

/** Every key there is, as `section.name`. Variables and flags follow from it, and so does the table in the README. */
export const settings = {
  ...common,
  ...places,
  ...sequencer,
  ...batcher,
  ...node,
  ...load,
  ...dev,
  ...deploy,
  ...relay,
  ...contacts,
  ...invites,
  ...treasury,
  ...keys,
  ...bench,
  ...simulate,
} as const satisfies Readonly<Record<`${string}.${string}`, Setting<unknown>>>

import { guardBounds } from '@parley/api/server'
import { defaultAltDaMaxBytes } from '@parley/da-adapters'
import { mwei } from '@parley/protocol'
import { chainSettings } from './chain-settings.ts'
import { committeeSettings, daNodeSettings } from './da-node-settings.ts'
import { gatewaySettings } from './gateway-settings.ts'
import { journalSettings } from './journal-settings.ts'
import { policySettings } from './policy-settings.ts'
import {
  address,
  addresses,
  amount,
  choice,
  type Defaulted,
  defaulted,
  hex,
  integer,
  integerOr,
  listOf,
  quantity,
  type Setting,
  secretKey,
  secretToken,
  text,
  toggle,
  uint64,
  url,
  urls,
  urlsInOrder,
} from './setting.ts'
import { storeSettings } from './store-settings.ts'

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
      about:
        'TCP port that the server listens on, 0 any free one. When left out: 9600 the sequencer, 9601 the batcher, 9602 the node, 9603 a relay, 9606 the local DA layer, 9607 the DA node, 9608 a store, 9609 a gateway.',
    }),
  ),
} as const

const places = {
  'l1.url': urlsInOrder({
    flag: 'l1',
    about: 'JSON-RPC of the L1 that carries blobs; several, separated by commas, are asked in this order.',
  }),
  'l1.beaconUrl': urlsInOrder({
    flag: 'beacon',
    about: 'Beacon APIs that serve the L1’s blobs, in the order in which they are asked; `l1.url` when left out.',
  }),
  'l1.archiveUrl': urlsInOrder({
    flag: 'blob-archive',
    about:
      'Archives that serve blobs as the beacon API does, asked after all beacon nodes: they keep what those prune.',
  }),
  'l1.key': secretKey('Key that pays for publishing on the L1.'),
  'l2.url': url({ flag: 'l2', about: 'JSON-RPC of the L2.' }),
  'l2.rollup': address({ flag: 'rollup', about: 'Address of the Rollup contract on the L2.' }),
  'l2.committee': address({
    flag: 'committee',
    about: 'Address of a DataCommittee contract on the L2; the one that the rollup’s rules name when left out.',
  }),
  'l2.directory': address({ flag: 'directory', about: 'Address of the ContactDirectory contract on the L2.' }),
  'l2.publicInbox': address({ flag: 'public-inbox', about: 'Address of the PublicInbox contract on the L2.' }),
  'l2.publicInboxBlock': defaulted(
    1n,
    uint64(1n, 2n ** 63n, { flag: 'public-inbox-block', about: 'L2 block that the PublicInbox was deployed in.' }),
  ),
  'l2.treasury': address({ flag: 'treasury-contract', about: 'Address of the Treasury contract on the L2.' }),
  'l2.governor': address({ flag: 'governor', about: 'Address of the ParleyGovernor contract on the L2.' }),
  'l2.votes': address({ flag: 'votes', about: 'Address of the ParleyVotes contract on the L2.' }),
  'l2.pollMs': defaulted(
    1_000,
    integer(50, 60_000, { about: 'Interval between requests for new L2 blocks, in milliseconds.' }),
  ),
  'l2.key': secretKey('Key that sends transactions on the L2: the batcher’s, or the payer of deposits.'),
  'da.confirmations': defaulted(
    3,
    integerOr('finalized', 1, 64, {
      about:
        'L1 blocks, the including one counted, after which a publication counts as made; or `finalized`, once the L1 calls its block so.',
    }),
  ),
  'da.localUrl': url({ flag: 'da-local', about: 'Where the local layer is served.' }),
  'da.localDir': text({
    flag: 'da-dir',
    about: 'Directory of the local layer; what publishes and serves it needs it.',
  }),
  'da.celestiaUrl': url({ flag: 'celestia', about: 'JSON-RPC of a celestia-node.' }),
  'da.celestiaMoreUrls': defaulted(
    [],
    urls({
      about:
        'More celestia-nodes, separated by commas, asked for what the first does not serve: archival ones for what is older than a week. A token goes in the query, as `token`.',
    }),
  ),
  'da.celestiaChainId': text({
    flag: 'celestia-chain',
    about:
      'Chain id of the Celestia network, such as celestia or mocha-4; headers and pointers of another are refused.',
  }),
  'da.celestiaToken': secretToken('Token of the celestia-node: of the level read, or write where it publishes.'),
  'da.celestiaGasPrice': defaulted(
    0.004,
    quantity(0.000_001, 100, { about: 'Utia a gas that publications on Celestia offer at first.' }),
  ),
  'da.celestiaMaxGasPrice': defaulted(
    0.4,
    quantity(0.000_001, 100, { about: 'Utia a gas that they offer at most, when the node wants more.' }),
  ),
  'da.altDaUrl': url({ flag: 'alt-da', about: 'Where a server of the OP Stack’s alt-DA protocol serves.' }),
  'da.altDaCommitments': defaulted(
    'generic',
    choice(['generic', 'keccak256'], {
      about: 'Commitments that the alt-DA server is asked for: its own, or the Keccak-256 of the data.',
    }),
  ),
  'da.altDaMaxBytes': defaulted(
    defaultAltDaMaxBytes,
    integer(32_768, 16 * 1_048_576, { about: 'Bytes of one publication on alt-DA at most.' }),
  ),
  'da.altDaRetentionSeconds': defaulted(
    1_209_600,
    integer(3_600, 315_360_000, { about: 'Seconds for which the alt-DA server’s operator promises to keep data.' }),
  ),
  'sequencer.url': url({ flag: 'sequencer', about: 'Where the sequencer serves.' }),
  'node.url': url({ flag: 'node', about: 'Where a verifying node serves.' }),
} as const

const sequencer = {
  'sequencer.key': secretKey('Key that signs headers.'),
  'sequencer.markDir': text({
    about:
      'Directory of the mark of signed headers, which belongs to the key and is never restored from a copy; the key’s file with `.signed` when left out.',
  }),
  'sequencer.nodes': defaulted(
    [],
    urls({ about: 'Verifying nodes asked at the start which headers they know, separated by commas.' }),
  ),
  'sequencer.relays': defaulted(
    [],
    urls({ about: 'Batchers and relays asked at the start, separated by commas: they follow sealed blocks.' }),
  ),
  'sequencer.alone': defaulted(
    false,
    toggle({
      flag: 'alone',
      about: 'Start the sequencer although nobody can be asked which headers were signed; the mark and the L2 must do.',
    }),
  ),
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
  'sequencer.lagLargerMs': defaulted(
    60_000,
    integer(1, day, {
      about: 'Milliseconds of lag between sealing and publishing from which blocks are sealed larger and later.',
    }),
  ),
  'sequencer.lagLimitedMs': defaulted(
    300_000,
    integer(1, day, { about: 'Milliseconds of that lag from which no more is accepted than is published.' }),
  ),
  'sequencer.lagForcedMs': defaulted(
    1_800_000,
    integer(1, day, {
      about:
        'Age in milliseconds of the oldest unclaimed block from which nothing is accepted but what the L2 forces; a quarter of the deployment’s `silenceLimit` where that is less, but a minute at least.',
    }),
  ),
  'sequencer.snapshotEveryBlocks': defaulted(
    2_000,
    integer(1, 1_000_000_000, { about: 'Blocks between snapshots of the state, from which it starts again.' }),
  ),
  'sequencer.maxFeeds': defaulted(
    1_000,
    integer(0, 1_000_000, { about: 'Feeds and streams open at most, of all addresses together.' }),
  ),
  'sequencer.maxFeedsPerAddress': defaulted(
    100,
    integer(0, 1_000_000, { about: 'Feeds and streams that one address may have open.' }),
  ),
  'sequencer.maxBlockFeeds': defaulted(
    64,
    integer(0, 1_000_000, {
      about: 'Feeds of blocks beside them, for relays, batchers and nodes; a quarter of them of one address.',
    }),
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

const bounded = (name: keyof typeof guardBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = guardBounds[name]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

/** What addresses, connections and requests may cost any server. */
const http = {
  'http.trustedProxies': defaulted(
    [],
    addresses({
      about: 'Proxies whose X-Forwarded-For is believed, addresses or networks, separated by commas.',
    }),
  ),
  'http.metricsPort': integer(0, 65_535, {
    about: 'TCP port that alone serves /metrics, 0 any free one; the main port serves them, too, when left out.',
  }),
  'http.headersTimeoutMs': bounded(
    'headersTimeoutMs',
    'Milliseconds in which the head of a request must have come in.',
  ),
  'http.requestTimeoutMs': bounded('requestTimeoutMs', 'Milliseconds in which a whole request must have come in.'),
  'http.keepAliveMs': bounded('keepAliveMs', 'Milliseconds that a connection without a request stays open.'),
  'http.stalledMs': bounded(
    'stalledMs',
    'Milliseconds without any byte leaving after which a connection with an unsent answer is cut.',
  ),
  'http.maxConnections': bounded(
    'maxConnections',
    'TCP connections at most; fewer when the process may open fewer files.',
  ),
  'http.maxConnectionsPerAddress': bounded(
    'maxConnectionsPerAddress',
    'TCP connections of one IPv4 address or one IPv6 network of 64 bits; a trusted proxy has no bound.',
  ),
  'http.maxRequestsPerConnection': bounded(
    'maxRequestsPerConnection',
    'Requests of one connection that are worked on at once; those sent ahead wait.',
  ),
  'http.maxWaitingPerAddress': bounded(
    'maxWaitingPerAddress',
    'Requests sent ahead by one address that wait; a connection that sends more is closed.',
  ),
  'http.maxHeldBytes': bounded('maxHeldBytes', 'Bytes of bodies and answers held at once; as many for feeds.'),
  'http.maxHeldBytesPerAddress': bounded('maxHeldBytesPerAddress', 'Of those, by address.'),
  'http.quotaBurst': bounded(
    'quotaBurst',
    'Tokens that one address may use at once: a message is 1, with a junk signature 100, a request 16 or more.',
  ),
  'http.quotaPerSecond': bounded('quotaPerSecond', 'Tokens a second that one address may use in the long run.'),
  'http.quotaSources': bounded('quotaSources', 'Addresses remembered at most.'),
} as const

const batcher = {
  'batcher.maxAgeMs': defaulted(
    600_000,
    integer(0, day, {
      about: 'Milliseconds after which a partial batch is posted; at most an eighth of the deployment’s silence limit.',
    }),
  ),
  'batcher.maxFixedPercent': defaulted(
    20,
    integer(0, 10_000, {
      about:
        'A batch is posted earlier once a byte costs at most so many hundredths more than in the fullest batch that the layers take.',
    }),
  ),
  'batcher.maxBlocks': defaulted(1_024, integer(1, 1_024, { about: 'Blocks of one batch at most.' })),
  'batcher.maxBatchesInFlight': defaulted(
    8,
    integer(1, 16, { about: 'Batches published at the same time; claims go out in order all the same.' }),
  ),
  'batcher.watchEveryMs': defaulted(
    5_000,
    integer(50, day, { about: 'Interval between checks of finality and of the claims standing, in milliseconds.' }),
  ),
  'batcher.pushPrices': defaulted(
    true,
    toggle({ about: 'Move the L3’s prices after what the L2 knows of its L1, as far as the contract lets anyone.' }),
  ),
  'batcher.quoteKey': secretKey(
    'Key of the deployment’s operator, or of its agent, that quotes the prices of data where the deployment has them quoted; nothing else may send from its account.',
  ),
  'batcher.pricesEveryMs': defaulted(
    60_000,
    integer(1_000, day, { about: 'Interval between price updates, in milliseconds.' }),
  ),
} as const

const costs = {
  'costs.since': text({
    flag: 'since',
    about: 'What was paid from this time on: a date, or a date and time, as 2026-11-29T18:00:00Z.',
  }),
  'rates.tia': quantity(0, 1_000_000, {
    flag: 'tia-rate',
    about: 'Ether for one TIA, by which costs on Celestia are counted.',
  }),
  'rates.usd': quantity(0, 1_000_000_000, {
    flag: 'usd-rate',
    about: 'Dollars for one ether, by which costs are counted.',
  }),
} as const

const archive = {
  'archive.urls': defaulted(
    [],
    urls({
      flag: 'archive-url',
      about:
        'Archives and other nodes that are asked for parts of batches when the DA layer does not serve them, in this order, separated by commas; with one a batcher may use layers that keep data for less long than claims need it.',
    }),
  ),
  'archive.timeoutMs': defaulted(
    30_000,
    integer(100, 3_600_000, { about: 'Milliseconds in which one of them must have answered.' }),
  ),
} as const

const feeds = {
  'feeds.keptMib': defaulted(
    4_096,
    integer(1, 1_048_576, {
      about: 'MiB of blocks that a relay keeps; those that are not claimed yet are kept beyond it.',
    }),
  ),
  'feeds.maxFeeds': defaulted(
    10_000,
    integer(0, 1_000_000, { about: 'Feeds of a relay open at most, of all addresses together.' }),
  ),
  'feeds.maxFeedsPerAddress': defaulted(100, integer(0, 1_000_000, { about: 'Of those, of one address.' })),
  'feeds.maxSubscriptions': defaulted(
    1_000_000,
    integer(0, 100_000_000, { about: 'Conversations that all feeds follow together.' }),
  ),
  'feeds.maxSubscriptionsPerAddress': defaulted(
    131_072,
    integer(0, 100_000_000, { about: 'Conversations that the feeds of one address follow together.' }),
  ),
  'feeds.maxSubscriptionsPerFeed': defaulted(
    16_384,
    integer(1, 1_000_000, { about: 'Conversations that one feed follows at most.' }),
  ),
} as const

const node = {
  'node.archive': defaulted(
    false,
    toggle({
      flag: 'archive',
      about: 'Keep every part of a batch and serve it; when left out, until 21 days after its claim is final.',
    }),
  ),
  'node.auditEveryMs': defaulted(
    600_000,
    integer(0, 86_400_000, {
      about:
        'Milliseconds between two claims, drawn among all that layers must still have, of which they are asked whether they do; 0 never asks.',
    }),
  ),
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
  'node.watch': defaulted(
    [],
    urls({
      flag: 'watch',
      about: 'Sequencers and relays whose signed headers are watched, separated by commas, at most 16.',
    }),
  ),
  'node.watchMib': defaulted(
    1_024,
    integer(1, 1_048_576, { about: 'MiB of signed headers kept from one source, until no bond answers for them.' }),
  ),
  'node.challenge': defaulted(
    false,
    toggle({
      flag: 'challenge',
      about: 'Take wrong claims back and show second headers on the L2, paid for by PARLEY_NODE_CHALLENGE_KEY.',
    }),
  ),
  'node.challengeKey': secretKey('Key that contests claims; nothing else may send from its account.'),
  'node.challengeBudgetGwei': defaulted(
    10_000_000,
    integer(0, Number.MAX_SAFE_INTEGER, {
      about:
        'Gwei that the account must have beside the deposits for the largest claim; with less the node is not ready.',
    }),
  ),
  'node.challengeAfterMs': defaulted(
    21_600_000,
    integer(0, 2_592_000_000, {
      about:
        'Milliseconds of L2 time that data of a claim may be absent before it is asked for on the L2; earlier where three rounds of asking need it.',
    }),
  ),
  'node.challengeSpreadMs': defaulted(
    30_000,
    integer(0, 3_600_000, {
      about: 'Milliseconds over which nodes that find the same claim wrong spread what they send, each in its place.',
    }),
  ),
} as const

const deploy = {
  'deploy.preset': defaulted(
    'dev',
    choice(['dev', 'trial', 'production'], { flag: 'preset', about: 'Parameters of the deployment.' }),
  ),
  'deploy.phases': defaulted(
    ['rollup'],
    listOf(['rollup', 'committee', 'contacts', 'inbox', 'reputation', 'treasury'], {
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
  'deploy.bondOwner': address({
    flag: 'bond-owner',
    about: 'Account whose bond answers for the sequencer’s key; another one than the claimer.',
  }),
  'deploy.fillBond': defaulted(
    false,
    toggle({ flag: 'fill-bond', about: 'Let the deployer fill that bond; it belongs to its owner from then on.' }),
  ),
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

const committee = {
  'committee.callOnly': defaulted(
    false,
    toggle({ flag: 'call-only', about: 'Print the call instead of sending it, to be proposed where votes govern.' }),
  ),
} as const

const treasury = {
  'treasury.layer': defaulted(
    0,
    integer(0, 255, { flag: 'layer', about: 'Number of the DA layer that was paid; 0 for the claim itself.' }),
  ),
  'treasury.proposer': address({
    flag: 'proposer',
    about: 'Who made the proposal; the address of PARLEY_L2_KEY when left out.',
  }),
} as const

const member = {
  'member.key': secretKey('Key that speaks in conversations; the L2 key when left out.'),
  'member.allowance': amount(0n, 2n ** 63n, {
    flag: 'allowance',
    about:
      'Mwei that a member may spend on messages. When left out 1000000000; for a member that is added half of what the admin has, if that is less.',
  }),
  'member.priceLimit': defaulted(
    mwei(10_000_000n),
    amount(0n, 2n ** 63n, { flag: 'price-limit', about: 'Mwei that one message of a member may cost.' }),
  ),
  'member.contents': text({
    flag: 'contents',
    about: 'Directory where what is said lies under its digest; without it only digests are shown.',
  }),
  'member.until': defaulted(
    'node',
    choice(['node', 'claimed', 'final'], {
      flag: 'until',
      about: 'Wait until the record stands under a root that is claimed or final on the L2.',
    }),
  ),
  'member.force': defaulted(
    false,
    toggle({ flag: 'force', about: 'Go past the sequencer, through the queue on the L2 that it must take in time.' }),
  ),
  'member.block': defaulted(
    0n,
    uint64(0n, 2n ** 63n, {
      flag: 'block',
      about: 'Wait for the record as of this block or a later one; send and add print theirs.',
    }),
  ),
} as const

const keys = {
  'keys.reveal': defaulted(false, toggle({ flag: 'reveal', about: 'Print the secret key on standard output.' })),
  'keys.index': defaulted(
    0,
    integer(0, 2 ** 31 - 1, { flag: 'index', about: 'Last number of the path m/44’/60’/0’/0/index.' }),
  ),
} as const

/** Every key of the command, as `section.name`. Variables and flags follow from it, and so does the table in the README. */
export const settings = {
  ...common,
  ...places,
  ...policySettings,
  ...chainSettings,
  ...sequencer,
  ...journalSettings,
  ...http,
  ...batcher,
  ...archive,
  ...costs,
  ...feeds,
  ...node,
  ...committeeSettings,
  ...daNodeSettings,
  ...storeSettings,
  ...gatewaySettings,
  ...deploy,
  ...relay,
  ...contacts,
  ...invites,
  ...committee,
  ...treasury,
  ...member,
  ...keys,
} as const satisfies Readonly<Record<`${string}.${string}`, Setting<unknown>>>

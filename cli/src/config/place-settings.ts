import { defaultAltDaMaxBytes } from '@parley/da-adapters/options'
import {
  address,
  choice,
  defaulted,
  integer,
  integerOr,
  quantity,
  secretKey,
  secretToken,
  text,
  uint64,
  url,
  urls,
  urlsInOrder,
} from './setting.ts'

/** Where chains, layers and other processes are, and the keys that pay there. */
export const placeSettings = {
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
        'More celestia-nodes, separated by commas, asked for what the first does not serve: archival ones for what is older than a week. Those whose token may write publish where the first does not. A token goes in the query, as `token`.',
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

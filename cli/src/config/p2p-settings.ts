import { ports } from './ports.ts'
import { defaulted, integer, multiaddrs, text, toggle } from './setting.ts'

/** How a sequencer, a relay or a node takes part in the gossip of signed headers. */
export const p2pSettings = {
  'p2p.on': defaulted(
    false,
    toggle({ flag: 'p2p', about: 'Take part in the gossip of signed headers and evidence with peers.' }),
  ),
  'p2p.listen': defaulted(
    [`/ip4/0.0.0.0/tcp/${ports.p2p}`],
    multiaddrs({
      flag: 'p2p-listen',
      about: 'Addresses at which peers are listened for, such as /ip4/0.0.0.0/tcp/9610, separated by commas.',
    }),
  ),
  'p2p.announce': defaulted(
    [],
    multiaddrs({
      about:
        'Addresses that others are given in place of those listened at, separated by commas; behind NAT the outer one.',
    }),
  ),
  'p2p.bootnodes': defaulted(
    [],
    multiaddrs({
      flag: 'bootnodes',
      about:
        'Peers that are dialled first, such as /ip4/192.0.2.1/tcp/9610/p2p/12D3…, or dnsaddr names that lead to some, separated by commas.',
    }),
  ),
  'p2p.keyFile': text({
    about:
      'File of the key by which peers know this one, made at the first start; `peer.key` in the data directory when left out.',
  }),
  'p2p.allowPrivate': defaulted(
    false,
    toggle({
      about: 'Dial private, loopback and carrier addresses and pass them on; hosters take such dials for a scan.',
    }),
  ),
  'p2p.light': defaulted(
    false,
    toggle({ about: 'Pull no blocks of peers and serve none: headers and evidence only.' }),
  ),
  'p2p.maxPeers': defaulted(50, integer(1, 1_000, { about: 'Connections to peers at most.' })),
  'p2p.wantedPeers': defaulted(16, integer(1, 1_000, { about: 'Peers that are dialled until there are as many.' })),
  'p2p.historyBlocks': defaulted(
    4_096,
    integer(1, 1_048_576, {
      about: 'Blocks behind the head that are pulled where they are missing, and kept for peers.',
    }),
  ),
  'p2p.keptMib': defaulted(512, integer(8, 1_048_576, { about: 'MiB of such blocks that are kept.' })),
} as const

/** Of them, those that have flags. */
export const p2pFlags = ['p2p.on', 'p2p.listen', 'p2p.bootnodes'] as const

import {
  amount,
  type ConfigOf,
  choice,
  defaulted,
  integer,
  type KeyOf,
  neededOf,
  quantity,
  type Setting,
  type Settings,
  settings,
  text,
  toggle,
  uint64,
} from '@parley/cli'
import { mwei } from '@parley/protocol'
import { examplePrices } from '../costs/formulas.ts'

const load = {
  'load.trace': text({ flag: 'trace', about: 'Trace to play, plain or gzip; synthetic conversations when left out.' }),
  'load.messages': integer(1, 1_000_000_000, { flag: 'messages', about: 'Messages after which the load ends.' }),
  'load.messagesPerSecond': integer(1, 1_000_000, { flag: 'rate', about: 'Messages per second at most.' }),
  'load.lookaheadLines': defaulted(
    8_192,
    integer(1, 1_000_000, { about: 'Lines of the trace that decide whom a conversation starts with.' }),
  ),
  'load.maxMessages': defaulted(100, integer(1, 4_096, { flag: 'body', about: 'Messages of one request at most.' })),
  'load.depositMwei': defaulted(
    mwei(10n ** 10n),
    amount(1n, 2n ** 57n, {
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
  'dev.messaging': defaulted(
    false,
    toggle({
      flag: 'messaging',
      about:
        'Run two gateways and two stores of contents with what they need, too, and with --exit go through messaging.',
    }),
  ),
  'dev.keep': defaulted(false, toggle({ flag: 'keep', about: 'Keep the data directory.' })),
  'dev.withinSeconds': defaulted(
    600,
    integer(10, 86_400, { flag: 'within', about: 'Seconds that a run with --exit may take once the load is sent.' }),
  ),
} as const

const double = {
  'double.adminPort': integer(0, 65_535, {
    flag: 'admin-port',
    about: 'TCP port on loopback where faults of `celestia-double` are set, 0 any free one; none when left out.',
  }),
  'double.blockMs': defaulted(
    1_000,
    integer(10, 60_000, { flag: 'block-ms', about: 'Milliseconds between blocks of `celestia-double`.' }),
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
  'bench.etherUsd': defaulted(examplePrices.etherUsd, price('ether-usd', 'Dollars for one ether.')),
  'bench.l1GasGwei': defaulted(examplePrices.l1GasGwei, price('l1-gas', 'Gwei for one gas on the L1, tip included.')),
  'bench.blobGasGwei': defaulted(
    examplePrices.blobGasGwei,
    price('blob-gas', 'Gwei for one gas of blobs; a sixteenth of the L1’s gas is its floor by EIP-7918.'),
  ),
  'bench.l2GasGwei': defaulted(examplePrices.l2GasGwei, price('l2-gas', 'Gwei for one gas on the L2.')),
  'bench.tiaUsd': defaulted(examplePrices.tiaUsd, price('tia-usd', 'Dollars for one TIA.')),
  'bench.celestiaGasUtia': defaulted(
    examplePrices.celestiaGasUtia,
    price('celestia-gas', 'Millionths of a TIA for one gas on Celestia.'),
  ),
  'bench.bodiesPerSecond': integer(1, 1_000_000, {
    flag: 'bodies-per-second',
    about: 'Bodies a second that `bench open-load` sends, whatever becomes of those before.',
  }),
  'bench.policy': text({
    flag: 'policy',
    about: 'Of `bench sustained` only what is measured on these layers; everything when left out.',
  }),
  'bench.mix': defaulted(
    'xmtp',
    choice(['xmtp'], { flag: 'mix', about: 'Network whose published mix of calls the users of `bench dau` follow.' }),
  ),
  'bench.users': integer(1, 100_000_000, {
    flag: 'users',
    about: 'Users of `bench dau`; larger and larger numbers when left out.',
  }),
  'bench.file': text({ flag: 'file', about: 'Signed messages that `bench load` sends.' }),
  'bench.verifying': defaulted(
    false,
    toggle({ flag: 'verifying', about: 'Measure also how late proofs are while a node catches up.' }),
  ),
  'bench.bare': defaulted(false, toggle({ flag: 'bare', about: 'Serve readers with nothing behind them.' })),
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

/** What of a list is tried. */
const chosen = {
  'chosen.only': text({
    flag: 'only',
    about: 'Classes of `adversary` or drills of `drill` that are run, separated by commas.',
  }),
  'chosen.all': defaulted(false, toggle({ flag: 'all', about: 'Run all of them.' })),
} as const

/** The keys that the laboratory adds, as `section.name`. */
export const labSettings = {
  ...load,
  ...dev,
  ...double,
  ...bench,
  ...simulate,
  ...chosen,
} as const satisfies Settings

/** Every key of the command in a checkout. */
export const allSettings = { ...settings, ...labSettings } as const satisfies Settings

export type Key = KeyOf<typeof allSettings>
export type Config = ConfigOf<typeof allSettings>

/** Value of a key that the command cannot do without. @throws {CliError} `CONFIG_VALUE_MISSING`. */
export const needed = neededOf(allSettings)

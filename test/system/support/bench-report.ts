import type { AllReport } from '@parley/lab/bench'

const frame = {
  machine: 'A made-up processor with a rather long name',
  cores: 2,
  commit: '0123456789abcdef0123456789abcdef01234567-dirty',
  versions: { node: '24.21.0', secp256k1: '5.0.2', verifier: 'npm secp256k1' },
  seed: '1',
  workload: 'made up',
  repeats: 2,
  quick: true,
}

const spread = (median: number) => ({ min: 0.9 * median, median, max: 1.1 * median })

const percentiles = (ms: number) => ({
  p50: spread(ms),
  p90: spread(2 * ms),
  p99: spread(4 * ms),
  max: spread(8 * ms),
})

const lanes = [1, 2].flatMap((count) =>
  ['uniform', 'zipf'].flatMap((workload) =>
    [true, false].map((roots) => ({
      lanes: count,
      workload,
      roots,
      messagesPerSecond: count * (roots ? 19_000 : 20_000),
      ratio: roots ? 0.95 : 1,
    })),
  ),
)

const fed = {
  feeds: 1_000,
  messagesPerSecond: 200,
  accepted: percentiles(5),
  live: percentiles(9),
  sealed: percentiles(700),
  afterBlock: percentiles(3),
  messagesPerBlock: spread(240),
  headerBytesPerMessage: spread(2),
  delivered: 4_000,
  lost: 0,
  doubled: 0,
  disordered: 0,
}
const deliveryCost = {
  cpuPerDelivery: { server: spread(30), bare: spread(24) },
  ratio: spread(1.25),
  acceptedWithout: percentiles(5),
  acceptedRatio: spread(1.1),
  bareAfterBlock: percentiles(3),
}
const fanout = [
  { ...fed, through: 'relay', level: 'sealed', measures: 'cost', sealing: 'standard', cost: deliveryCost },
  { ...fed, through: 'relay', level: 'accepted', measures: 'latency', sealing: 'standard' },
  { ...fed, through: 'relay', level: 'sealed', measures: 'latency', sealing: 'chat' },
]
const userCost = (bytes: number, cpu: number) => ({ bytes: spread(bytes), cpuMicroseconds: spread(cpu) })
const sockets = {
  placesPerUser: 200,
  user: { oneSocket: userCost(20_000, 700), manySockets: userCost(2_000_000, 90_000) },
  userCpuRatio: 0.008,
  subscriptions: { count: 1_000_000, bytesEach: spread(60) },
  storm: {
    readers: 10_000,
    feeds: { tookMs: spread(6_000), refused: 12 },
    bare: { tookMs: spread(4_000), refused: 0 },
    ratio: 1.5,
  },
}

const busyHour = (users: number) => ({
  users,
  feedsOpen: users / 10,
  messagesPerSecond: users / 4_000,
  accepted: percentiles(5),
  live: percentiles(9),
  reads: percentiles(4),
  feeds: percentiles(6),
  liveToAccepted: spread(1.8),
  cores: spread(0.4),
  coresOf: { sequencer: spread(0.3), relay: spread(0.1) },
  bytesPerUserDay: { feeds: spread(60_000), reads: spread(15_000), messages: spread(2_000) },
  delivered: 4_000,
  lost: 0,
  doubled: 0,
  disordered: 0,
  holds: users < 60_000,
})
const dau = {
  mix: {
    source: 'somebody’s figures',
    peak: 1.5,
    wakes: 14,
    openSeconds: 180,
    conversations: 20,
    calls: [{ call: 'queries', perUserDay: 66, asked: 'page', here: 'a page of a record of a node' }],
  },
  bounds: { liveToAccepted: 3, liveMs: 400, readsMs: 100 },
  seconds: 20,
  lanes: 2,
  verifier: 'npm secp256k1',
  results: (['told', 'polling'] as const).map((asking) => ({
    asking,
    perUserDay: { l2: 300, page: 66, changes: 14, feed: 14, message: 14 },
    measured: [31_250, 62_500].map(busyHour),
    users: 31_250,
    isAtLeast: false,
    usersPerCore: 15_625,
    usersPerCoreByCpu: 78_125,
  })),
  extrapolated: { cores: 8, users: 125_000 },
} as const

const da = [null, 1, 1_000].map((messagesPerSecond) => ({
  messagesPerSecond,
  messages: 1_000,
  blocks: 2,
  batches: 1,
  messagesPerBlock: 500,
  bytesPerMessage: {
    index: 1,
    member: 0.2,
    digest: 32,
    signature: 64,
    trace: 3,
    header: 0.1,
    core: 36.3,
    all: 100.3,
    saved: 1,
  },
  dollarsPerMillion: { 'ethereum-blobs': 50, celestia: 3.5, committee: 0.04, 'alt-da': 4.4, local: 0 },
}))

const rates = { sustained: 1_500, most: 2_250 }

/** A report with every benchmark in it and one that failed. Its figures are made up: it is there to be drawn. */
export const madeUpReport: AllReport = {
  ...frame,
  begunAt: '2026-01-01T00:00:00.000Z',
  failed: [{ name: 'another', why: 'a process of the stack ended by itself' }],
  results: {
    lanes: {
      ...frame,
      rawVerificationsPerSecond: { oneCore: 20_000, allCores: 38_000 },
      doubt: null,
      verifier: 'npm secp256k1',
      results: lanes,
      spreads: lanes.map((each) => ({
        ...each,
        messagesPerSecond: spread(each.messagesPerSecond),
        ratio: spread(each.ratio),
        cpuMicroseconds: spread(50),
        cpuRatio: spread(1),
      })),
    },
    pipeline: {
      ...frame,
      messagesPerSecond: 26_000,
      ratio: 0.85,
      cpuRatio: 0.735,
      doubt: 'bare verification was slower on 2 cores (5884 a second) than on one (14229)',
      rawVerificationsPerSecond: { oneCore: 20_000, allCores: 38_000 },
      spread: {
        messagesPerSecond: spread(26_000),
        acceptedPerSecond: spread(27_000),
        claimedPerSecond: spread(26_000),
        ratio: spread(0.7),
      },
      cpuMicrosecondsPerMessage: { lanes: 53, main: 5, load: 8, chains: 2, total: 68, raw: 50 },
      batchSize: 100,
      transport: 'http',
      offered: 1_000,
      refused: 0,
      lost: 0,
      lanes: 2,
      verifier: 'npm secp256k1',
    },
    fanout: { ...frame, lanes: 2, verifier: 'npm secp256k1', results: fanout },
    sockets: { ...frame, ...sockets },
    dau: { ...frame, ...dau },
    reads: {
      ...frame,
      lanes: 2,
      verifier: 'npm secp256k1',
      messages: 64_000,
      conversations: 256,
      results: ['proof', 'page', 'block'].map((name) => ({
        name,
        bytes: 2_000,
        cpuMicroseconds: { node: spread(50), bare: spread(25) },
        ratio: spread(2),
        requestsPerSecond: spread(9_000),
      })),
      togetherRatio: spread(0.04),
      replay: { microsecondsPerEntry: spread(1.1), entries: 1_000 },
      tail: {
        requestsPerSecond: 500,
        idle: percentiles(2),
        verifying: percentiles(3),
        tailRatio: spread(1.5),
      },
    },
    latency: {
      ...frame,
      layer: 'local',
      lanes: 2,
      verifier: 'npm secp256k1',
      blockTimeMs: 500,
      results: [
        {
          batchSize: 100,
          capacity: spread(26_000),
          sealing: { blocks: 10, meanMs: 9, medianAtMostMs: 10, maxAtMostMs: null },
          loads: [0.25, 0.5, 0.75, 0.9].map((shareOfCapacity) => ({
            shareOfCapacity,
            messagesPerSecond: spread(26_000 * shareOfCapacity),
            accepted: percentiles(5),
            sealed: percentiles(500),
            published: percentiles(1_500),
            claimed: percentiles(3_000),
            final: percentiles(9_000),
          })),
        },
      ],
    },
    verify: {
      ...frame,
      messages: 1_000,
      verifiedPerSecond: spread(30_000),
      pipelinePerSecond: spread(26_000),
      ratio: spread(1.15),
      rootsCompared: 99,
    },
    memory: {
      ...frame,
      results: [1_000, 1_000_000].map((conversations) => ({
        conversations,
        bytesPerConversation: 380,
        cpuMicroseconds: spread(50),
        microseconds: spread(55),
        cpuRatio: spread(1.1),
        ratio: spread(1.1),
      })),
    },
    restart: {
      ...frame,
      conversations: 1_000_000,
      journalMessages: 10_000,
      readySeconds: spread(12),
      snapshotSeconds: spread(10),
      sequencedPerSecond: spread(25_000),
      replayedPerSecond: spread(150_000),
      replayRatio: spread(6),
    },
    da: {
      ...frame,
      bounds: { messagesPerBlock: 1_000, core: 38, all: 102 },
      results: da,
      layers: [
        { layer: 'ethereum-blobs', bytesPerSecond: rates, messagesPerSecond: { all: rates, core: rates } },
        { layer: 'local', bytesPerSecond: null, messagesPerSecond: null },
      ],
      prices: { etherUsd: 3_000 },
    },
    settlement: {
      ...frame,
      bound: { messagesPerBatch: 10_000, gasPerMessage: 20 },
      results: [1, 10_000].map((messagesPerBatch) => ({
        layer: 'local',
        published: true,
        messagesPerBatch,
        claimGas: 114_000,
        finalizeGas: 36_000,
        claimBytes: 932,
        gasPerMessage: 150_000 / messagesPerBatch,
      })),
      finalizeGasTogether: 8_500,
    },
    peers: {
      ...frame,
      parley: { messagesPerSecond: 26_000, ratio: 0.7, verifier: 'npm secp256k1' },
      rawVerificationsPerSecond: { oneCore: spread(20_000), allCores: spread(38_000) },
      peers: [
        { name: 'evm', cores: 2, messagesPerSecond: spread(3_700), workPerMessage: 54_000, parleyIsTimes: 7, bound: 8 },
        {
          name: 'svm',
          cores: 1,
          messagesPerSecond: spread(9_600),
          workPerMessage: 513,
          parleyIsTimes: 2.7,
          bound: 2.5,
        },
      ],
    },
  },
}

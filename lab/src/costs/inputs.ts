/**
 * What the page of costs counts with. Examples, not claims: prices move, and only those named as constants are anybody's rule.
 */
export const inputs = {
  /** Gwei a gas on the L1, and what blob transactions tip. A snapshot of 2026-11-14. */
  baseFeeGwei: 0.445,
  tipGwei: 1,
  /** Gwei a blob gas on the market; its floor is a sixteenth of the base fee (EIP-7918). */
  blobFeeGwei: 0,
  /** Dollars for an ether and for a TIA. */
  etherUsd: 2_000,
  tiaUsd: 0.29,
  /** What celestia-nodes take at least, in utia a gas. */
  celestiaGasUtia: 0.004,
  /** EigenDA's PaymentVault on mainnet: wei for a symbol of 32 bytes. */
  eigenSymbolWei: 447_000_000,
  /** Gwei a gas on the L2. */
  l2GasGwei: 0.001,
  /** Dollars for a gigabyte kept for a month, and served once. */
  storageUsd: 0.02,
  egressUsd: 0.05,
  /** A committee's members, how many sign, for how many days they keep a part, and how often each of them serves it. */
  members: 4,
  signers: 3,
  days: 15,
  reads: 1,
} as const

/** Bytes of a message by messages a second, with both parts and of the core alone; measured, docs/benchmarks.md. */
export const bytesPerMessage = [
  { rate: 1, both: 146, core: 81 },
  { rate: 10, both: 129, core: 65 },
  { rate: 100, both: 108, core: 44 },
  { rate: 1_000, both: 102, core: 38 },
  { rate: 10_000, both: 99, core: 35 },
] as const

/** Constants of the networks. */
export const networks = {
  /** Gas of a plain transaction and of a blob (EIP-4844). */
  transactionGas: 21_000,
  gasPerBlob: 131_072,
  /** Blobs of a block, aimed at and at most, since the second blob parameter fork, and seconds between blocks. */
  targetBlobs: 14,
  maxBlobs: 21,
  slotSeconds: 12,
  /** EIP-7918: a blob costs at least a base fee's share. */
  blobFloorDivisor: 16,
  /** Transactions that a blob pool holds of one account (geth), two a batch, and blocks until a claim. */
  poolPlaces: 16,
  confirmations: 3,
  /** Seconds between Celestia's blocks before and since its ninth version, and shares of a square. */
  celestiaSeconds: { v8: 6, v9: 2.6 },
  celestiaShares: 65_536,
  celestiaShareBytes: 482,
  celestiaBlobBytes: 4_194_304,
  /** Celestia's gas: 8 a byte of shares, the first of which carries less, a blob and a transaction. */
  celestiaGas: {
    shareBytes: 512,
    firstShareData: 478,
    shareData: 482,
    gasPerByte: 8,
    gasPerBlob: 700,
    gasPerTransaction: 75_000,
  },
  /** EigenDA: symbols of a blob at least. */
  eigenLeastSymbols: 4_096,
  eigenSymbolBytes: 32,
  /** Gas of a claim on the L2 with pointers of blobs (`bench settlement`), and what a certificate of three signers adds to one (contracts/snapshots). */
  claimGas: 152_000,
  certificateGas: 32_258,
} as const

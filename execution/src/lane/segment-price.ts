const highestUint64 = 2n ** 64n - 1n

/** The price of one message during a segment, also in two words for comparisons without bigints. */
export interface SegmentPrice {
  readonly message: bigint
  readonly low: number
  readonly high: number
  /** No limit or allowance reaches the price. */
  readonly unpayable: boolean
}

export function segmentPrice(message: bigint): SegmentPrice {
  return {
    message,
    low: Number(message & 0xffff_ffffn),
    high: Number((message >> 32n) & 0xffff_ffffn),
    unpayable: message > highestUint64,
  }
}

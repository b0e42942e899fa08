const MiB = 2 ** 20
const most = Number.MAX_SAFE_INTEGER

/** Default, minimum and maximum of each. */
export const storeServerBounds = {
  putBurstBytes: [64 * MiB, MiB, most],
  putBytesPerDay: [1024 * MiB, 1, most],
  maxPuts: [64, 1, 10_000],
} as const

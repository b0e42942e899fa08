import { fetchPart, readCosts, type StandingClaim } from '@parley/cli/roles'
import { type DataAvailability, type DataPart, daLayerName } from '@parley/protocol'

/** What became of one part of all batches. */
export interface PartReport {
  /** Names of the layers where it lies, in the order of their first use. */
  readonly layer: string
  readonly bytes: number
  /** Different places. */
  readonly publications: number
  /** What the batcher paid, by token, in its smallest unit. */
  readonly cost: readonly { readonly token: string; readonly amount: string }[]
}

export interface PartReports {
  readonly core: PartReport
  readonly witness: PartReport
}

/** Fetches every claimed batch once more, as anybody could, and adds to it what the batcher wrote down. */
export async function readParts(
  claims: readonly StandingClaim[],
  layers: ReadonlyMap<number, DataAvailability>,
  batcherDir: string,
  signal: AbortSignal,
): Promise<PartReports> {
  const { costs } = await readCosts(batcherDir, 0, {})

  async function of(name: 'core' | 'witness'): Promise<PartReport> {
    const parts = claims.map(({ claim }): DataPart => claim[name])
    let bytes = 0
    for (const part of parts) bytes += (await fetchPart(part, layers, signal)).length
    const tokens = new Map<string, bigint>()
    for (const { part, token, cost, overhead } of costs)
      if (part === name) tokens.set(token, (tokens.get(token) ?? 0n) + cost + overhead)
    return {
      layer: [...new Set(parts.map(({ layer }) => daLayerName(layer)))].join(':'),
      bytes,
      publications: new Set(parts.map(({ layer, pointer }) => `${layer} ${Buffer.from(pointer).toString('hex')}`)).size,
      cost: [...tokens].map(([token, amount]) => ({ token, amount: `${amount}` })),
    }
  }

  return { core: await of('core'), witness: await of('witness') }
}

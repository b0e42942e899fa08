import { buildExplorer, fillExplorer } from '@parley/explorer'
import { type PageServer, servePage } from '@parley/pages'
import type { StackPlaces } from '../stack/stack-config.ts'

/** Serves the explorer over a stack's node; undefined where none runs. */
export async function serveExplorer(places: StackPlaces): Promise<PageServer | undefined> {
  const { nodeUrl: node, l2Url, rollup, sequencerUrl: sequencer, messaging } = places
  if (node === undefined) return undefined
  const directory = messaging && { directory: messaging.directory }
  return servePage(fillExplorer(await buildExplorer(), { node, l2Url, rollup, sequencer, ...directory }))
}

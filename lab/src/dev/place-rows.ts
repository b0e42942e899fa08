import { join } from 'node:path'
import { messagingFile } from '../stack/messaging-file.ts'
import type { StackPlaces } from '../stack/stack-config.ts'
import { shellWord } from './shell-word.ts'

/** Pages that are served over a stack. */
export interface PageUrls {
  readonly chat?: string | undefined
  readonly explorer?: string | undefined
}

/**
 * Where everything of a stack is and what can be done with it, a row each. Rows with URLs of this machine and a directory
 * of its own choice fit 80 columns, so that they can be copied whole.
 */
export function placeRows(
  {
    l1Url,
    l2Url,
    rollup,
    daLocalUrl,
    altDaUrl,
    celestia,
    daNodeUrls,
    sequencerUrl,
    nodeUrl,
    relayUrl,
    messaging,
  }: StackPlaces,
  layer: string,
  dataDir: string,
  pages: PageUrls = {},
): string {
  const rows = [
    ['L1', l1Url],
    ['L2', l2Url],
    ['rollup', rollup],
    ['DA', daPlace(layer, { daLocalUrl, doubleUrl: celestia?.url ?? altDaUrl, memberUrl: daNodeUrls[0] })],
    ['sequencer', sequencerUrl],
    ['node', nodeUrl ?? 'none'],
    ['relay', relayUrl ?? 'none'],
    ...messagingRows(messaging, dataDir),
    ['status', `curl ${nodeUrl ?? sequencerUrl}/v1/status`],
    ['another node', `npx parley node --dev ${shellWord(dataDir)} --data NEW_DIR`],
    ['look at it', `npx parley inspect claim latest --dev ${shellWord(dataDir)}`],
    ...(['chat', 'explorer'] as const).flatMap((name) =>
      pages[name] === undefined ? [] : [[name, `open ${pages[name]} in a browser`] as const],
    ),
    ['stop', 'Ctrl-C'],
  ] as const
  return rows.map(([name, place]) => `${name.padEnd(14)}${place}\n`).join('')
}

/** A double is told as one. */
function daPlace(
  layer: string,
  { daLocalUrl, doubleUrl, memberUrl }: Record<'daLocalUrl' | 'doubleUrl' | 'memberUrl', string | undefined>,
): string {
  if (doubleUrl !== undefined) return `${layer} (double)  ${doubleUrl}`
  if (memberUrl !== undefined) return `${layer}  ${memberUrl} and others`
  return daLocalUrl === undefined ? `${layer} on the L1` : `${layer}  ${daLocalUrl}`
}

function messagingRows(messaging: StackPlaces['messaging'], dataDir: string): (readonly [string, string])[] {
  if (messaging === undefined) return []
  const { gateways, storeUrls, pds } = messaging
  return [
    ['gateways', gateways.map(({ url }) => url).join(' ')],
    ['stores', storeUrls.join(' ')],
    ...(pds === undefined ? [] : [['PDS', pds.url] as const]),
    ['messaging', join(dataDir, messagingFile)],
    ['talk', `npx parley chat --data NEW_DIR --dev ${shellWord(dataDir)}`],
  ]
}

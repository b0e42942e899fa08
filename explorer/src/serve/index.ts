import { fileURLToPath } from 'node:url'
import { buildPage, fillPage, type PageFiles } from '@parley/pages'
import { pagePolicy } from '../settings/policy.ts'
import type { Settings } from '../settings/settings.ts'

export { ExplorerError, type ExplorerFault, explorerFaults } from '../faults.ts'
export { type Settings, settingsOf } from '../settings/settings.ts'

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Bundles the explorer from its sources; takes some seconds. */
export function buildExplorer(): Promise<PageFiles> {
  return buildPage({ folder: pathOf(''), config: pathOf('vite.config.ts') })
}

/** The explorer with whom it asks unless its reader enters others. */
export const fillExplorer = (files: PageFiles, settings: Settings): PageFiles =>
  fillPage(files, { policy: pagePolicy, places: settings })

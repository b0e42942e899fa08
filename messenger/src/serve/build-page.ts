import { fileURLToPath } from 'node:url'
import { buildPage as build, type PageFiles } from '@parley/pages'

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/**
 * Bundles the page from its sources; takes some seconds.
 * @param folder - Of another `index.html`, in which views are shown apart.
 */
export function buildPage(folder = pathOf('')): Promise<PageFiles> {
  return build({ folder, config: pathOf('vite.config.ts') })
}

import type { Places } from '../places/places.ts'
import { policyOf } from '../places/policy.ts'
import type { PageFiles } from './build-page.ts'

const index = 'index.html'

/** The page with where its services are and what it may do put in: what any server of files can serve. */
export function renderPage(files: PageFiles, places: Places): PageFiles {
  const html = new TextDecoder().decode(files.get(index))
  const json = JSON.stringify(places).replaceAll('<', '\\u003c')
  const rendered = html.replace('%POLICY%', () => policyOf(places)).replace('"%PLACES%"', () => json)
  return new Map([...files, [index, new TextEncoder().encode(rendered)]])
}

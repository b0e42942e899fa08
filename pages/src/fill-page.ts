import type { PageFiles } from './build-page.ts'

const index = 'index.html'

/** What a page is told by whoever serves it. */
export interface PageFilling {
  /** Its Content-Security-Policy. */
  readonly policy: string
  /** Where its services are, as JSON can say it. */
  readonly places: unknown
}

/** The page with `%POLICY%` and `"%PLACES%"` of its `index.html` put in: what any server of files can serve. */
export function fillPage(files: PageFiles, { policy, places }: PageFilling): PageFiles {
  const html = new TextDecoder().decode(files.get(index))
  const json = JSON.stringify(places).replaceAll('<', '\\u003c')
  const filled = html.replace('%POLICY%', () => policy).replace('"%PLACES%"', () => json)
  return new Map([...files, [index, new TextEncoder().encode(filled)]])
}

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Sources } from '../model/sources.ts'

export const SourcesContext = createContext<Sources | undefined>(undefined)

/** Whom the page asks. */
export function useSources(): Sources {
  const sources = useContext(SourcesContext)
  if (sources === undefined) throw new TypeError('a page is shown before anybody can be asked')
  return sources
}

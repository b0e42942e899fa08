import type { Settings } from './settings.ts'

const key = 'parley-explorer'

/** What the reader entered, as it was entered; undefined when nothing was, or the browser keeps nothing. */
export function keptSettings(): unknown {
  try {
    const text = localStorage.getItem(key)
    return text === null ? undefined : (JSON.parse(text) as unknown)
  } catch {
    // Blocked storage, or what another page left there: what the page was served with counts.
    return undefined
  }
}

/** Keeps what the reader entered, in their browser alone. @throws what storage that is blocked or full throws. */
export function keepSettings(settings: Settings | undefined): void {
  if (settings === undefined) localStorage.removeItem(key)
  else localStorage.setItem(key, JSON.stringify(settings))
}

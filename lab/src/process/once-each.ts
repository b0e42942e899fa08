/** Texts remembered; beyond them the oldest may be shown again. */
const maxRemembered = 200

/** Hands each text on once: a child that warns every few seconds would scroll everything else away, and its log has all. */
export function onceEach(show: (text: string) => void): (text: string) => void {
  const shown = new Set<string>()
  return (text) => {
    if (shown.has(text)) return
    const [oldest] = shown
    if (shown.size >= maxRemembered && oldest !== undefined) shown.delete(oldest)
    shown.add(text)
    show(text)
  }
}

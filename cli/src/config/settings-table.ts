import { keysOf, type Settings, settingOf } from './config.ts'

/** The Markdown table of settings, as READMEs have it. */
export function settingsTable(settings: Settings): string {
  const rows = keysOf(settings).map((key) => {
    const { flag, fallback, about } = settingOf(settings, key)
    const cells = [
      `\`${key}\``,
      flag === undefined ? '' : `\`--${flag}\``,
      fallback === undefined ? '' : `\`${fallback}\``,
      about,
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['| key | flag | fallback | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const plainWord = /^[\w@%+=:,./-]+$/

/** Text as one word of a POSIX shell's command line, to be copied there. */
export const shellWord = (text: string): string => (plainWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

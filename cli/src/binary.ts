import { fileURLToPath } from 'node:url'

/** The `parley` command as a program for Node, for whoever starts roles in processes of their own. */
export const binary = fileURLToPath(new URL('../bin/parley.js', import.meta.url))

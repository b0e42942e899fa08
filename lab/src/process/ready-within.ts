/** Milliseconds after which a start counts as hanging: on a slow machine with six stacks beside it a start takes more than a minute. */
export const readyWithinMs = 240_000

export { type InitialState, writeInitialState } from './initial-state.ts'

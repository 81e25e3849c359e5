/**
 * The shapes that the modules share; nothing here runs.
 *
 * @typedef {{type: string, units?: number, return_sequences?: boolean, activation?: string, reset_after?: boolean,
 *   recurrent_initializer?: {type: string, gain?: number, spectral_radius?: number}, dropout?: number, input_dim?: number, output_dim?: number}} Layer
 * @typedef {{version: number, vocabulary: string[], sentence: string[], label: number | number[], layers: Layer[], weights: {seed: number, edits?: Record<string, number>, steps?: number, training?: {dataset: string, batch_size: number, seed: number, updates: number, edits?: Record<string, number>}},
 *   loss: string, optimizer: {type: string, learning_rate: number, [option: string]: any}, l2?: number, window?: number, sample_weight?: number[],
 *   initial_state?: any[], inputs?: Record<string, number>}} Scene
 * An initial state is a list, one number per unit; for an LSTM {h, c}, two of them.
 * @typedef {{name: string, scene: Scene, reviews: {sentence: string[], label: number}[]}} Preset
 *
 * A quantity's address counts from 1; the initial state stands at timestep 0; `unit` is left out for the whole vector.
 * @typedef {{layer: string, timestep: number, quantity: string, unit?: number, gradient?: boolean}} Address
 * @typedef {{layer: string, weight: string, index?: number[], gradient?: boolean}} WeightAddress
 *
 * @typedef {{layer: string, quantity: string, start: number, units: number}} Entry
 * @typedef {{timesteps: number, output_timesteps: number[], weights: Record<string, Record<string, number[]>>, embedding_rows?: number[],
 *   initial_state: Entry[], forward: Entry[], output: Entry[], backward: Entry[]}} Layout
 *
 * @typedef {{value: number, address: Address & WeightAddress | null, function: string | null, result: number}} Factor
 * @typedef {{value: number, factors: Factor[]}} Term
 * @typedef {{address: Address & WeightAddress, value: number, operation: string, terms: Term[]}} Explanation
 * @typedef {{forward: Explanation[], backward: Explanation[]}} Cell
 *
 * @typedef {{pointer: string, code: string, limit?: any, received?: any, detail?: string}} FieldError
 * @typedef {{type: string, title: string, status: number, detail: string, errors?: FieldError[]}} Problem
 *
 * One step of the timeline: what becomes known at it. Without `quantity` or `weight` it is the whole cell or layer.
 * @typedef {{phase: string, layer?: string, timestep?: number, quantity?: string, weight?: string}} Step
 *
 * What the page shows: a scene with its trace, or a stack that cannot work, without one. What is transient the server has not stored.
 * @typedef {{scene: Scene, id: string | null, trace: import("./trace.js").Trace | null, transient?: boolean}} Shown
 *
 * @typedef {{layer: string, timestep: number}} Place
 *
 * @typedef {object} State
 * @property {Scene} scene the scene as the controls have it
 * @property {Shown} shown
 * @property {Problem | null} problem what the server says of the scene, where it cannot be computed
 * @property {Partial<State> | null} arriving where a link wants to be, until its scene is here
 * @property {string | null} awaited the id of a link's scene, until the server has given it
 * @property {boolean} busy the scene's answer is slow
 * @property {boolean} away the server does not answer
 * @property {{now: boolean} | null} led does a lecture's presenter move this page, and is what happens now in the presenter's window?
 * @property {boolean} dragging is a slider dragged on, so that the next scene is no more than a step on the way?
 * @property {boolean} followed does this page present to somebody, who sees every scene that the server stores?
 * @property {{past: Scene[], future: Scene[]}} history
 * @property {number} step
 * @property {string} detail
 * @property {string} order
 * @property {number} speed
 * @property {boolean} loop
 * @property {boolean} playing
 * @property {Place | null} pinned the cell that the panel is held at; without one it follows the playhead
 * @property {Place[]} kept the cells that stand beside each other under the grid
 * @property {number} unit
 * @property {{part: string, step: number} | null} chosen the gate or state of the cell that a person opened in the panel, and at which step
 * @property {({key: string, error?: string} & Cell) | null} terms of the cell in the panel, by its key
 * @property {{key: string, error?: string, weights: Record<string, Explanation[]>} | null} uses of the weights of the layer in the panel
 * @property {{key: string | null, error?: string, gradients?: Explanation[]} | null} weightTerms of the number that the tab is about
 * @property {string} unfolded the folds of the page that are open, by name
 * @property {string} scrolled how far the parts beside the picture are scrolled, in hundredths of the size of letters
 * @property {string | null} hover the address under the pointer
 * @property {string | null} lit the address that is held lit
 * @property {boolean} shapes
 * @property {boolean} exact full precision in the panel
 * @property {string} notation how names and formulas are written
 * @property {string} beside the notation that formulas stand in a second time, or "none"
 * @property {string} theme
 * @property {boolean} dark
 * @property {boolean} projector
 * @property {{width: number, height: number, spare?: number}} viewport of the grid, in px; `spare` is what is taken from its height where the picture is larger
 * @property {boolean} [vector] drawn whatever its size, for a picture that is taken away
 * @property {number} zoom 1 is a drawing at its own size, a heat map with all of its timesteps in view
 * @property {import("./pan.js").Pan | null} pan
 * @property {(Place & {unit: number}) | null} pointed the unit of the heat map under the pointer, or of the cell with the focus
 * @property {{text: string, kind: string} | null} notice
 * @property {string} tab of the panel: cell, layer, gradient or code
 * @property {Partial<State>[]} trail where a person came from, following numbers to their sources
 * @property {Shown | null} base what was shown before numbers were changed by hand
 * @property {boolean} folded is the grid one cell per layer, with its loop?
 * @property {boolean} predict does the page ask before a step?
 * @property {((state: State, step: number) => object | null) | null} asks what gives the question before a step, once it has been brought
 * @property {number | null} question the step before which it asks now
 * @property {string | null} answered what a person said
 * @property {{right: number, asked: number}} score of the answers so far
 * @property {string} view grid, gradients, training or compare
 * @property {string} study what its studies of papers are set to
 * @property {string} lab what the laboratory of gradients is set to, as a link carries it
 * @property {string} path through the grids of the laboratory: of which network, and the cells that were chosen
 * @property {string} chart the one that is chosen in the view Training, by its name
 * @property {number} epochs how many a press on "Start training" is for
 * @property {import("./trainer.js").TrainingState | null} training what is being learnt, once somebody has asked for it
 * @property {import("./training/datasets.js").DataSets} [datasets] what can be learnt from, once somebody has asked for it
 * @property {string} versus what the scene is compared with, one of RIVALS
 * @property {string[]} otherSentence what the other scene reads, where sentences are compared
 * @property {boolean} contrast does the second picture show the difference?
 * @property {Shown | null} other the other scene with its trace
 * @property {string | null} otherProblem why there is none
 * @property {{width: number, height: number}} otherViewport of the second picture, in px
 * @property {boolean} difference does the grid show what changed since then?
 */

export {};

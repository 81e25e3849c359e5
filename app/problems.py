"""Every problem that the server can answer with, and everything that can be wrong in a scene, each declared once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A `type` of RFC 9457: status and title of its answers, and what the documentation says of it."""

    status: int
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What can be wrong at one place, in a sentence for a student, and the problem that reports it."""

    problem: str
    sentence: str


PROBLEMS: dict[str, ProblemType] = {
    "malformed-json": ProblemType(
        400,
        "The body is not JSON",
        "The text cannot be read as JSON (RFC 8259, in UTF-8). The detail names the place: mend it there.",
    ),
    "cross-site": ProblemType(
        403,
        "A request from another site",
        "A page of another site may not have things done here. Open the page of this server, or call the API from a program.",
    ),
    "not-found": ProblemType(404, "There is nothing at this address", "Check the address. The documentation lists every one that works."),
    "unknown-scene": ProblemType(
        404,
        "This scene is not known here",
        "An id is known once its scene was sent to POST /api/traces of this server. Send the scene itself.",
    ),
    "unknown-number": ProblemType(
        404,
        "This scene has no such cell or weight",
        "Layers, timesteps and units count from 1. The detail says how many there are.",
    ),
    "method-not-allowed": ProblemType(405, "This address is asked in another way", "The header Allow lists the methods that work here."),
    "engine-differs": ProblemType(
        409,
        "Another version of the engine",
        "Only the version of the engine that a trace was asked for may answer. Ask for this server's, which GET /version names.",
    ),
    "body-too-large": ProblemType(413, "The body is too large", "Send less. GET /api/limits lists every limit."),
    "unsupported-media-type": ProblemType(
        415,
        "The body is not of the kind expected",
        "Send JSON, uncompressed, with Content-Type: application/json.",
    ),
    "wrong-host": ProblemType(
        421,
        "This server does not answer to that name",
        "Use an address that the server was started with, or add the name to UNROLLED_ALLOWED_HOSTS.",
    ),
    "invalid-scene": ProblemType(
        422,
        "The scene breaks a rule",
        "Each entry of errors names a place in the scene, the rule, what was received, and what to do.",
    ),
    "unknown-token": ProblemType(
        422,
        "A word is not in the vocabulary",
        "A sentence holds words of the scene's vocabulary only. Add the word to the vocabulary, or choose another.",
    ),
    "broken-stack": ProblemType(
        422,
        "The stack of layers cannot work",
        "A recurrent layer reads one vector per timestep, so every recurrent layer below it needs return_sequences=true. A Dense "
        "layer ends the stack.",
    ),
    "too-expensive": ProblemType(
        422,
        "The scene needs too many numbers",
        "The numbers of a trace are counted before anything is computed. Take fewer layers, units, words or timesteps.",
    ),
    "newer-scene": ProblemType(
        422,
        "The scene is of a newer version",
        "A newer Unrolled made it. Open it there, or bring this server up to date.",
    ),
    "not-finite": ProblemType(
        422,
        "The numbers grow beyond what can be written",
        "Some number became infinite. Take smaller weights, states or rates.",
    ),
    "too-many-terms": ProblemType(
        422,
        "The explanation is too long",
        "Ask for one unit at a time with the parameter unit, or read the numbers from the trace.",
    ),
    "invalid-parameter": ProblemType(422, "A parameter breaks a rule", "The detail names the parameter and its rule."),
    "busy": ProblemType(429, "Too many computations at once", "Try again after the seconds that the header Retry-After names."),
    "internal": ProblemType(
        500,
        "The server made a mistake",
        "This is not your fault. Nothing was stored. Trying again may help; telling the maintainers does.",
    ),
    "storage": ProblemType(
        503,
        "The storage does not answer",
        "The disk is full or locked. Nothing was stored. Try again after the seconds that the header Retry-After names.",
    ),
}

FAULTS: dict[str, FaultKind] = {
    "not_utf8": FaultKind(
        "malformed-json",
        "The body must be UTF-8, but byte {position} is not. Save the text as UTF-8 and send it again.",
    ),
    "not_json": FaultKind(
        "malformed-json",
        "The body must be JSON, but line {line}, column {column} is not: look for a missing comma, quote or bracket there.",
    ),
    "too_deep": FaultKind(
        "malformed-json",
        "Brackets may stand {limit} deep inside each other, but at line {line}, column {column} they are deeper. Send the scene "
        "itself, not wrapped.",
    ),
    "not_a_number": FaultKind("malformed-json", "JSON has no {received}, but it stands at {place}. Write a finite number."),
    "number_too_large": FaultKind(
        "malformed-json",
        "The number at {place} is too large for any computer's arithmetic. Received: {received}. Write a smaller one.",
    ),
    "repeated_key": FaultKind("malformed-json", "The key {received} stands twice at {place}. Keep one."),
    "lone_surrogate": FaultKind(
        "malformed-json",
        "The text at {place} holds half a character (a lone surrogate, \\ud800 to \\udfff). Write the whole character.",
    ),
    "missing": FaultKind("invalid-scene", "`{field}` is missing: a scene needs it at {place}. Add it."),
    "unknown_field": FaultKind("invalid-scene", "A scene has no field {place}. Received: {received}. Remove it, or check its spelling."),
    "wrong_type": FaultKind("invalid-scene", "`{field}` must be {limit}. Received: {received}, at {place}. Write {limit} there."),
    "unknown_choice": FaultKind("invalid-scene", "`{field}` must be one of {limit}. Received: {received}, at {place}. Choose one of them."),
    "too_small": FaultKind("invalid-scene", "`{field}` must be {limit} or more. Received: {received}, at {place}. Choose a larger number."),
    "too_large": FaultKind(
        "invalid-scene",
        "`{field}` must be {limit} or less. Received: {received}, at {place}. Choose a smaller number.",
    ),
    "empty": FaultKind("invalid-scene", "`{field}` must not be empty, but it is, at {place}. Put something in."),
    "too_many": FaultKind("invalid-scene", "`{field}` may have {limit} entries. Received: {received} or more, at {place}. Take some out."),
    "too_long": FaultKind(
        "invalid-scene",
        "A word may have {limit} {measure}. Received: {received} {measure}, at {place}. Choose a shorter word.",
    ),
    "control_character": FaultKind(
        "invalid-scene",
        "A word must not hold control characters. Received: {received}, at {place}. Take it out.",
    ),
    "duplicate": FaultKind(
        "invalid-scene",
        "The vocabulary must hold each word once. Received: {received}, which stands at {first} already, again at {place}. Take one out.",
    ),
    "wrong_length": FaultKind(
        "invalid-scene",
        "`{field}` must have {limit} entries, {reason}. Received: {received}, at {place}. Give it {limit}.",
    ),
    "single_label": FaultKind(
        "invalid-scene",
        "`label` must be one value: only the last timestep has an output, because the top recurrent layer has "
        "return_sequences=false. Received: {received}. Give one label, or set return_sequences=true there.",
    ),
    "unknown_token": FaultKind(
        "unknown-token",
        "Every word of the sentence must be in the vocabulary. Received: {received}, word {number} of the sentence. The "
        "vocabulary is {vocabulary}. Choose one of its words, or add {received} to it.",
    ),
    "expected_ndim": FaultKind(
        "broken-stack",
        "Layer {number} has return_sequences=false, so only its last h goes up, one vector, but layer {above} reads one vector "
        "per timestep. Keras says: ValueError: Input 0 with name 'None' of layer '{name}' is incompatible with the layer: "
        "expected ndim=3, found ndim=2. Full shape received: (None, {units}). Set return_sequences=true on layer {number}.",
    ),
    "dense_below": FaultKind(
        "broken-stack",
        "A Dense layer must be the last layer. Received: one at {place}, with layers above it. Take it out, or move it to the end.",
    ),
    "dense_missing": FaultKind(
        "broken-stack",
        "The last layer must be Dense, so that there is an output to compare with the label. Received: {received}, at {place}. "
        "Add a Dense layer after it.",
    ),
    "recurrent_missing": FaultKind(
        "broken-stack",
        "There must be a recurrent layer below the Dense layer, or nothing is unrolled. Received: {received} of them, at {place}. Add one.",
    ),
    "too_expensive": FaultKind(
        "too-expensive",
        "A trace may have {limit} numbers. Received: a scene that needs {received}. Take fewer units, layers, timesteps or words "
        "in the vocabulary.",
    ),
    "too_new": FaultKind(
        "newer-scene",
        "This server reads scenes up to version {limit}. Received: version {received}. Open the scene with a newer Unrolled.",
    ),
}

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
    "malformed-request": ProblemType(
        400,
        "The request is not HTTP",
        "The request line or a header cannot be read as HTTP/1.1. Look for a missing colon, a stray line break, or https where this "
        "server speaks http.",
    ),
    "request-too-slow": ProblemType(
        408,
        "The request did not arrive in time",
        "Whoever begins a request has to go on with it: a setting of the server says how many seconds it may take. Send it again.",
    ),
    "request-too-long": ProblemType(
        431,
        "The address or the headers are too long",
        "Ask for less at once. What is long belongs into a body.",
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
        "A recurrent layer reads one vector per timestep, so every recurrent layer below it needs return_sequences=True. A Dense "
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
    "worksheet-too-long": ProblemType(
        422,
        "The worksheet is too long",
        "A worksheet is computed by hand. Take fewer units, layers, words or timesteps.",
    ),
    "invalid-parameter": ProblemType(422, "A parameter breaks a rule", "The detail names the parameter and its rule."),
    "unknown-dataset": ProblemType(
        404,
        "This data set is not known here",
        "An id is known once its examples were sent to POST /api/datasets of this server; those that come with Unrolled always are.",
    ),
    "unknown-chart": ProblemType(404, "There is no such chart", "GET /api/charts lists every chart by its name."),
    "unknown-training": ProblemType(
        404,
        "There is no such training",
        "A training is known while it waits or runs, and for a while after. Start it anew: the same scene gives the same numbers.",
    ),
    "invalid-command": ProblemType(
        422,
        "The command breaks a rule",
        "Each entry of errors names a place in what was sent, the rule, what was received, and what to do.",
    ),
    "unknown-lecture": ProblemType(
        404,
        "There is no lecture with this code",
        "Check the code: eight letters and digits, as on the presenter's screen. Lectures are deleted some days after they began.",
    ),
    "unknown-poll": ProblemType(404, "This lecture has no such question", "The question is not among the last ones of this lecture."),
    "lecture-refused": ProblemType(
        403,
        "This lecture cannot be started here",
        "Who may start lectures is a setting of the server. Ask whoever runs it for the passphrase, or start a server of your own.",
    ),
    "wrong-path": ProblemType(
        409,
        "The server is set up for another path",
        "A proxy serves the page below a path that the server does not know. Whoever runs the server has to set UNROLLED_ROOT_PATH to it.",
    ),
    "not-for-you": ProblemType(403, "This is for whoever runs the server", "A setting of the server says which addresses may ask."),
    "not-presenter": ProblemType(
        403,
        "Only the presenter may do that",
        "This browser does not present this lecture. The presenter's link, opened once, gives it that right.",
    ),
    "key-used": ProblemType(
        403,
        "This link was opened before",
        "A presenter's link works once. Make another one on a device that presents.",
    ),
    "not-presenting": ProblemType(
        409,
        "Another device presents now",
        "One device presents at a time. Take over, or leave it to the other.",
    ),
    "lecture-ended": ProblemType(409, "The lecture has ended", "Nothing can be added to it. It can be watched again."),
    "lecture-full": ProblemType(
        409,
        "The lecture's log is full",
        "A log may have the bytes of the setting lecture_log_bytes. The lecture can still be ended, and watched again.",
    ),
    "lecture-changed": ProblemType(
        409,
        "The lecture has changed meanwhile",
        "Another device, or another server, was quicker. Read what is new, then try again.",
    ),
    "poll-closed": ProblemType(409, "The question is not open", "Votes count while a question is open. Nothing was changed."),
    "no-participant": ProblemType(
        401,
        "A vote needs a participant",
        "PUT .../participant of the lecture first: its cookie lets a browser vote once in each question.",
    ),
    "invalid-plan": ProblemType(
        422,
        "The plan breaks a rule",
        "Each entry of errors names a place in the plan, the rule, what was received, and what to do. Nothing was stored.",
    ),
    "newer-plan": ProblemType(
        422, "The plan is of a newer version", "A newer Unrolled made it. Open it there, or bring this server up to date."
    ),
    "unknown-plan": ProblemType(404, "There is no plan of this name", "GET /api/plans lists every plan that comes with Unrolled."),
    "invalid-vote": ProblemType(422, "This is no answer to the question", "The detail says what an answer looks like."),
    "too-many-identities": ProblemType(
        429,
        "Too many participants from one address",
        "So many participants came from this address that another one is not let in. The presenter sees how many there are.",
    ),
    "too-many-requests": ProblemType(429, "Too many requests", "Wait for the seconds that the header Retry-After names."),
    "invalid-dataset": ProblemType(
        422,
        "The data set breaks a rule",
        "Each entry of errors names an example, the rule, what was received, and what to do.",
    ),
    "no-training": ProblemType(422, "The scene has no training", "Name a data set in `training` of the weights."),
    "busy": ProblemType(429, "The server is busy", "Try again after the seconds that the header Retry-After names."),
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
    "not_a_number": FaultKind(
        "malformed-json", "{place} must be a finite number. Received: {received}, which JSON has not. Write a number."
    ),
    "number_too_large": FaultKind(
        "malformed-json",
        "{place} is too large for any computer's arithmetic. Received: {received}. Write a smaller number.",
    ),
    "repeated_key": FaultKind("malformed-json", "{place} stands twice. Received: the key {received} once more. Keep one."),
    "lone_surrogate": FaultKind(
        "malformed-json",
        "{place} holds half a character (a lone surrogate, \\ud800 to \\udfff). Write the whole character.",
    ),
    "missing": FaultKind("invalid-scene", "{place} is missing, and has to be there. Add it."),
    "unknown_field": FaultKind(
        "invalid-scene", "{place} is nothing that may stand there. Received: {received}. Remove it, or check its spelling."
    ),
    "wrong_type": FaultKind("invalid-scene", "{place} must be {limit}. Received: {received}. Write {limit} there."),
    "unknown_choice": FaultKind("invalid-scene", "{place} must be one of {limit}. Received: {received}. Choose one of them."),
    "too_small": FaultKind("invalid-scene", "{place} must be {bounds}. Received: {received}. Choose a larger number."),
    "too_large": FaultKind("invalid-scene", "{place} must be {bounds}. Received: {received}. Choose a smaller number."),
    "empty": FaultKind("invalid-scene", "{place} must not be empty, but it is. Put something in."),
    "too_many": FaultKind("invalid-scene", "{place} may have at most {limit} entries. Received: {received}. Take some out."),
    "too_many_words": FaultKind("invalid-scene", "A {field} may have at most {limit} words. Received: {received}. Take some out."),
    "too_many_layers": FaultKind(
        "invalid-scene",
        "There may be at most {recurrent} recurrent layers, and a Dense layer on top. Received: {received} layers. Take some out.",
    ),
    "too_long": FaultKind(
        "invalid-scene",
        "{place} may have at most {limit} {measure}. Received: {received} {measure}. Choose a shorter word.",
    ),
    "text_too_long": FaultKind(
        "invalid-command",
        "{place} may have at most {limit} characters. Received: {received}. Shorten it.",
    ),
    "no_plan": FaultKind(
        "invalid-plan",
        "This is no plan of a lecture: a plan is an object whose `unrolled` is “plan”. Choose the file that “Export” of the plan made.",
    ),
    "plan_too_new": FaultKind(
        "newer-plan",
        "This server reads plans up to version {limit}. Received: version {received}. Open the plan with a newer Unrolled.",
    ),
    "no_choices": FaultKind(
        "invalid-command",
        "A question for a number or for words is answered by typing, so it has no choices. Received: {received}. Take them out.",
    ),
    "too_few_choices": FaultKind(
        "invalid-command",
        "A question that is answered by choosing needs {limit} choices or more. Received: {received}. Add some.",
    ),
    "choice_twice": FaultKind("invalid-command", "{place} must hold each choice once. Received: {received} twice. Take one out."),
    "no_tolerance": FaultKind(
        "invalid-command",
        "Only a question for a number has a tolerance. Received: {received}. Take it out.",
    ),
    "control_character": FaultKind(
        "invalid-scene",
        "{place} must not hold control characters. Received: {received}. Take it out.",
    ),
    "duplicate": FaultKind(
        "invalid-scene",
        "The vocabulary must hold each word once. Received: {received} as word {first}, and again as {place}. Take one out.",
    ),
    "wrong_length": FaultKind(
        "invalid-scene",
        "{place} must have {limit} entries, {reason}. Received: {received}. Give it {limit}.",
    ),
    "too_few_rows": FaultKind(
        "invalid-scene",
        "{place} must be {limit} or more: one row for each of the {words} words, and row 0 for padding. Received: {received}. "
        "Choose a larger number, or take words out of the vocabulary.",
    ),
    "loss_mismatch": FaultKind(
        "invalid-scene",
        "The loss {received} is computed from the sums of a Dense layer with activation {limit}. Received: a Dense layer with "
        "{activation}. Set its activation to {limit}, or choose another loss.",
    ),
    "one_clipping": FaultKind(
        "invalid-scene",
        "Gradients are clipped in one way at most, and `{first}` is set. Received: `{field}` of {received} too. Take one of them out.",
    ),
    "single_label": FaultKind(
        "invalid-scene",
        "`label` must be one value: only the last timestep has an output, because the top recurrent layer has "
        "return_sequences=False. Received: {received}. Give one label, or set return_sequences=True there.",
    ),
    "single_output": FaultKind(
        "invalid-scene",
        "`sample_weight` weighs the timesteps of the loss, but only the last timestep has an output, because the top recurrent layer has "
        "return_sequences=False. Received: {received}. Leave it out, or set return_sequences=True there.",
    ),
    "too_many_steps": FaultKind(
        "too-expensive",
        "`steps` of the weights must be {limit} or less for a scene of this size. Received: {received}. Take fewer, or a smaller scene.",
    ),
    "unknown_address": FaultKind(
        "invalid-scene",
        "A number set by hand must be one of this scene, written {form}, counted from 1; there are {known}. Received: {received}. Take it "
        "out, or name one that there is.",
    ),
    "learnt_inputs": FaultKind(
        "invalid-scene",
        "`inputs` sets numbers of one-hot vectors, but the words of this scene are rows of an Embedding. Received: {received} numbers. Set "
        "numbers of the embedding in `weights` instead.",
    ),
    "unknown_token": FaultKind(
        "unknown-token",
        "Every word of the sentence must be in the vocabulary. Received: {received}, {place}. The "
        "vocabulary is {vocabulary}. Choose one of its words, or add {received} to it.",
    ),
    "expected_ndim": FaultKind(
        "broken-stack",
        "Layer {number} has return_sequences=False, so only its last h goes up, one vector, but layer {above} reads one vector "
        "per timestep. Set return_sequences=True on layer {number}. Keras says: ValueError: Input 0 with name 'None' of layer "
        "'{name}' is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received: (None, {units})",
    ),
    "dense_below": FaultKind(
        "broken-stack",
        "A Dense layer must be the last layer. Received: one as layer {number}, with layers above it. Take it out, or move it to the end.",
    ),
    "embedding_above": FaultKind(
        "broken-stack",
        "An Embedding makes vectors of words, so it must be the first layer. Received: one as layer {number}. Take it out, or move it "
        "down.",
    ),
    "dense_missing": FaultKind(
        "broken-stack",
        "The last layer must be Dense, so that there is an output to compare with the label. Received: {received}. "
        "Add a Dense layer after it.",
    ),
    "recurrent_missing": FaultKind(
        "broken-stack",
        "There must be a recurrent layer below the Dense layer, or nothing is unrolled. Received: {received} of them. Add one.",
    ),
    "too_expensive": FaultKind(
        "too-expensive",
        "A trace may have at most {limit} numbers. Received: a scene that needs {received}. Take fewer units, layers, timesteps or words "
        "in the vocabulary.",
    ),
    "no_table": FaultKind("invalid-dataset", "A quotation mark in the table is opened and never closed. Close it, or take it out."),
    "two_byte_table": FaultKind(
        "invalid-dataset",
        "The table is in UTF-16, as a spreadsheet's “Unicode text” is, and was read as UTF-8. Save it as “CSV UTF-8”, and choose it again.",
    ),
    "grouped_label": FaultKind(
        "invalid-dataset",
        "The label of row {row} can be read in two ways: with a decimal comma, or with a comma between thousands. Received: {received}. "
        "Write it with a point, or without the comma.",
    ),
    "lost_character": FaultKind(
        "invalid-dataset",
        "{place} holds U+FFFD, which stands for a character that was lost. Received: {received}. The table was not saved in UTF-8: save it "
        "as “CSV UTF-8”, and choose it again.",
    ),
    "space_within": FaultKind(
        "invalid-dataset", "{place} holds a space that does not end a word. Received: {received}. Write a common space there, or none."
    ),
    "lone_direction": FaultKind(
        "invalid-dataset",
        "{place} holds an invisible character that turns the direction of text and is not ended within the word. Received: {received}. "
        "Take it out.",
    ),
    "invisible_difference": FaultKind(
        "invalid-dataset",
        "{place} looks like another word of the table and differs from it by invisible characters alone. Received: {received}, and before "
        "it “{other}”. Write both the same.",
    ),
    "no_label": FaultKind(
        "invalid-dataset",
        "Row {row} must end with its label, a number, or one number per word with spaces between. Received: {received}. Write it as: "
        "cat mat rat, 1",
    ),
    "too_much_work": FaultKind(
        "too-expensive",
        "Computing a scene may take {limit} numbers at once, with every copy of a weight and all that the optimizer remembers. Received: a "
        "scene that takes {received}. Take fewer units, or an embedding of fewer rows or dimensions.",
    ),
    "recall_too_far": FaultKind(
        "too-expensive",
        "A scene may be opened after a training whose computing takes at most {limit} steps of work. Received: {updates} updates, which "
        "take about {received}. Start the training, which may take longer, or take fewer updates, or larger batches.",
    ),
    "training_too_expensive": FaultKind(
        "too-expensive",
        "The {what} may be at most {limit}. Received: {received}. Take fewer units, layers, examples or epochs, or a smaller batch.",
    ),
    "too_new": FaultKind(
        "newer-scene",
        "This server reads scenes up to version {limit}. Received: version {received}. Open the scene with a newer Unrolled.",
    ),
}

# What a place is called in a sentence: its path, in which int is any position and str any name; positions are told from 1.
PLACES: dict[tuple[str | type, ...], str] = {
    (): "the scene",
    ("vocabulary",): "the vocabulary",
    ("vocabulary", int): "word {1} of the vocabulary",
    ("sentence",): "the sentence",
    ("sentence", int): "word {1} of the sentence",
    ("label", int): "label {1}",
    ("layers",): "the stack of layers",
    ("layers", int): "layer {1}",
    ("layers", int, str): "`{2}` of layer {1}",
    ("layers", int, "recurrent_initializer", str): "`{3}` of the recurrent_initializer of layer {1}",
    ("layers", "Dense", str): "`{2}` of the Dense layer",
    ("weights", str): "`{1}` of the weights",
    ("weights", "training", str): "`{2}` of the training",
    ("examples",): "the examples",
    ("examples", int): "example {1}",
    ("examples", int, str): "the {2} of example {1}",
    ("examples", int, "sentence", int): "word {3} of the sentence of example {1}",
    ("examples", int, str, int): "number {3} of the {2} of example {1}",
    ("optimizer", str): "`{1}` of the optimizer",
    ("choice",): "the answer",
    ("steps",): "the list of steps",
    ("steps", int): "step {1}",
    ("steps", int, str): "`{2}` of step {1}",
    ("steps", int, "question", str): "`{3}` of the question of step {1}",
    ("steps", int, "question", "choices", int): "choice {4} of the question of step {1}",
    ("body", "text"): "the question",
    ("body", "choices"): "the list of choices",
    ("body", "choices", int): "choice {2} of the question",
    ("body", "cell", str): "`{2}` of the cell",
    ("initial_state", int): "the initial state of layer {1}",
    ("initial_state", int, int): "number {2} of the initial state of layer {1}",
    ("initial_state", int, str): "`{2}` of the initial state of layer {1}",
    ("initial_state", int, str, int): "number {3} of `{2}` of the initial state of layer {1}",
}
ELSEWHERE: dict[type, str] = {str: "`{0}`", int: "entry {0} of a list"}  # what stands last in the path

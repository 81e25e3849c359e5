const script = /** @type {HTMLScriptElement} */ (document.querySelector("script[type=module]"));

/** The version of the engine that this page came with. */
export const ownVersion = new URL(script.src, location.href).searchParams.get("v") ?? "";

internal import Buffers
internal import TLS

/// The look of the pages: one sheet within the page, allowed by its digest.
enum ConsentStyle {
  static let sheet: HTML = """
    :root{color-scheme:light dark;--ground:#f6f7f9;--paper:#fff;--ink:#171a21;--soft:#565d6d;\
    --line:#c9cdd6;--accent:#4a4ad8;--accent-ink:#fff;--bad:#b3261e;\
    font:17px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Devanagari",sans-serif}
    @media(prefers-color-scheme:dark){:root{--ground:#111318;--paper:#181b22;--ink:#eceef3;--soft:#b2b8c5;\
    --line:#434957;--accent:#9a9aff;--accent-ink:#14152e;--bad:#ff9c94}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere}
    main{max-width:40rem;margin:0 auto;padding:1rem 1.25rem 2.5rem;background:var(--paper);min-height:100vh}
    nav{text-align:right}
    a{color:var(--accent);display:inline-block;padding:.5rem 0}
    section+section{margin-top:2.5rem}
    h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}
    h2{font-size:1.05rem;margin:1.5rem 0 .25rem}
    p{margin:.25rem 0 .75rem;white-space:pre-line}
    ul{margin:0;padding-left:1.25rem}
    dt{font-weight:600}
    dd{margin:0 0 .75rem}
    fieldset{margin:1.75rem 0 1rem;padding:.5rem 1rem 1rem;border:1px solid var(--line);border-radius:8px;min-width:0}
    legend{font-weight:650;padding:0 .25rem}
    .hint{color:var(--soft)}
    .problem{color:var(--bad);font-weight:600;border:2px solid;border-radius:8px;padding:.75rem 1rem}
    label{display:flex;gap:.75rem;align-items:flex-start;padding:.5rem 0;cursor:pointer}
    label strong,label span span{display:block}
    input[type=checkbox]{width:1.4rem;height:1.4rem;margin:.1rem 0 0;flex:none;accent-color:var(--accent)}
    .buttons{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.75rem;margin-top:1.25rem}
    button{font:inherit;font-weight:600;min-height:3rem;padding:.6rem 1rem;border:2px solid var(--accent);\
    border-radius:8px;background:var(--accent);color:var(--accent-ink);cursor:pointer}
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
    """

  /// What a page may do: look as it does, and send its form back to its own address.
  static let contentSecurityPolicy = """
    default-src 'none'; style-src 'sha256-\(Base64.encode(Digest.sha256(sheet.text.utf8)))'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'
    """
}

"""Rules about weight files: what can their format do, and can it be read without doubt?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="weights/pickle-format",
        title="the weights are a pickle, and loading a pickle runs the code in it",
        severity="high",
        why=(
            "A pickle is a program: whoever wrote the file decides which functions run when it is loaded, with the "
            "rights of the training job or the server that loads it. PyTorch's `.pt` and `.pth`, joblib and many "
            "checkpoint formats are pickles inside. Scanners of pickles miss attacks, while formats that hold only "
            "numbers leave nothing to miss."
        ),
        fix=(
            "Get or write the weights in a format without code, such as safetensors "
            "(`safetensors.torch.save_file(model.state_dict(), PATH)`). `gate convert PATH` makes one of a pickle that "
            "holds tensors and plain values, without running it; a pickle that is not trusted must not be loaded to "
            "convert it. Delete the pickle, and declare the new file with `gate add PATH --source URL`."
        ),
        cwe=("CWE-502",),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="`torch.save(model.state_dict(), 'models/sign.pt')`",
        good="`safetensors.torch.save_file(model.state_dict(), 'models/sign.safetensors')`",
    ),
    Rule(
        id="weights/malformed",
        title="a weight file breaks the rules of its format",
        severity="high",
        why=(
            "Bytes that a format forbids are read by each loader in its own way: one stops, one skips them, one reads "
            "past the end of a buffer. Files made to crash or confuse a parser look like this, and so do damaged "
            "downloads. What the gate sees need not be what the loader sees, so nothing about the file can be "
            "relied on."
        ),
        fix=(
            "Fetch the file again from `source.url`, or export it anew with a current version of the library that "
            "wrote it; then run `gate scan PATH`."
        ),
        cwe=("CWE-20",),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="A safetensors file in which two tensors claim the same bytes.",
        good="The same tensors, written by `safetensors.torch.save_file`.",
    ),
    Rule(
        id="weights/unscannable",
        title="a weight file cannot be looked into",
        severity="high",
        why=(
            "Encrypted, too deeply nested or excessively compressed content hides what will be loaded. A scanner that "
            "gives up and says nothing is the easiest one to get past, so what cannot be looked into counts as "
            "wrong, never as clean."
        ),
        fix=(
            "Store the weights without encryption and without archives inside archives; then run `gate scan PATH` to "
            "see what the file holds."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="`models/sign.zip`, whose members are encrypted with a password.",
        good="`models/sign.safetensors`",
    ),
    Rule(
        id="weights/archive-tampered",
        title="an archive contradicts itself",
        severity="critical",
        why=(
            "An archive names its members more than once, and tools differ in which place they believe. Duplicate "
            "members, or headers that disagree, show a scanner one content and the loader another. Programs that write "
            "weights do not produce such archives; somebody edited this one."
        ),
        fix=(
            "Do not load the file. Get it again from its publisher and compare; if the publisher's own file is like "
            "this, ask for one that is not, preferably as safetensors. Check the replacement with `gate scan PATH`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0010.003", "AML.T0018"),
        owasp=("LLM03:2025",),
        bad="A `.pt` archive with two members called `archive/data.pkl`.",
        good="The archive as `torch.save` writes it, or better a safetensors file.",
    ),
    Rule(
        id="weights/polyglot",
        title="a file is valid in two formats at once",
        severity="critical",
        why=(
            "A file that one program reads as a harmless format and another as a different one passes every check that "
            "looks at the first reading only. A pickle with a zip archive behind it is a known way past model "
            "scanners. No honest exporter writes such files."
        ),
        fix=(
            "Do not load the file. Get it again from its publisher, or write the weights anew in one format, such as "
            "safetensors; then run `gate scan PATH`."
        ),
        cwe=("CWE-434", "CWE-502"),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="A file that begins with a pickle and ends with a zip directory.",
        good="One file, one format: `models/sign.safetensors`.",
    ),
    Rule(
        id="weights/unsafe-pickle",
        title="a pickle names functions that run code or reach files, processes or the network",
        severity="critical",
        why=(
            "Loading a pickle calls the functions that it names, with the arguments that it holds, before a single "
            "weight has been read. Nothing that stores weights needs `os.system`, `eval` or a download: whoever put "
            "them there wants them to run on the machine that loads the file, with its credentials."
        ),
        fix=(
            "Do not load the file, not even to look at it. Treat machines that have loaded it as compromised, tell its "
            "publisher, and use a safetensors version of the model."
        ),
        cwe=("CWE-502", "CWE-506"),
        atlas=("AML.T0010.003", "AML.T0011.000", "AML.T0018"),
        owasp=("LLM03:2025",),
        bad="`torch.save` of an object whose `__reduce__` returns `(os.system, ('curl ... | sh',))`.",
        good="`safetensors.torch.save_file(model.state_dict(), 'models/sign.safetensors')`",
    ),
    Rule(
        id="weights/unknown-global",
        title="a pickle names functions or classes that nobody has vouched for",
        severity="high",
        why=(
            "Lists of what is dangerous are never complete: scanners that rely on them miss most ways to run code. So "
            "a pickle may name what is known to be harmless, and everything else is a question for a person."
        ),
        fix=(
            "Read what the named class or function does when it is called, and, if that is harmless whatever the "
            "arguments, list it in the policy under `pickles: {allow: [...]}`. Better, store the weights as "
            "safetensors where they are made."
        ),
        cwe=("CWE-502",),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="A checkpoint that pickles the object `my_project.trainer.State` beside its tensors.",
        good="A checkpoint of tensors, numbers and texts: `torch.save(model.state_dict(), PATH)`, or safetensors.",
    ),
    Rule(
        id="weights/path-traversal",
        title="a member of an archive would be written outside the archive's own folder",
        severity="critical",
        why=(
            "An archive whose members are called `../../home/user/.bashrc`, or that plants a link first and writes "
            "through it, overwrites files of the machine that unpacks it. No program that stores weights does that."
        ),
        fix="Do not unpack the archive. Get it again from its publisher; check the replacement with `gate scan PATH`.",
        cwe=("CWE-22", "CWE-59"),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="`model.tar.gz` with a member `../../etc/cron.d/job`.",
        good="An archive whose members all lie beneath one folder.",
    ),
    Rule(
        id="weights/embedded-code",
        title="a model file carries code that runs when it is loaded or used",
        severity="critical",
        why=(
            "Some formats have a place for code beside the numbers: Keras Lambda layers, template languages, handlers, "
            "native libraries. Whoever made the file wrote that code, and it runs with the rights of whoever uses it."
        ),
        fix=(
            "Use a version of the model without code. If the code is needed, read it, keep it in your own repository "
            "under review, and load only the numbers, from safetensors."
        ),
        cwe=("CWE-94", "CWE-506"),
        atlas=("AML.T0010.003", "AML.T0011.000", "AML.T0018"),
        owasp=("LLM03:2025",),
        bad="A `.keras` file with a Lambda layer, whose Python bytecode is stored in `config.json`.",
        good="The same model with the layer as a class in your own code, and its weights as safetensors.",
    ),
    Rule(
        id="weights/external-reference",
        title="a model file makes its loader reach for something outside itself",
        severity="high",
        why=(
            "Absolute paths, parent directories, URLs and links inside a model file make the loader read files of the "
            "machine, or fetch what nobody has checked. The digest in the DBOM covers this file, not what it points at."
        ),
        fix="Export the model again with everything inside it, or with its parts beside it and declared in the DBOM.",
        cwe=("CWE-829", "CWE-73"),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="An ONNX model whose external data is at `../../../etc/passwd`.",
        good="An ONNX model whose external data is `model.onnx_data`, beside it.",
    ),
)

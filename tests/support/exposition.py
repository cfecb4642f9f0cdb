"""Prometheus' text format, read as strictly as its description puts it, and on purpose by other code than that
which writes it."""
import re

HELP = re.compile(r"# HELP (\w+) (.+)")
TYPE = re.compile(r"# TYPE (\w+) gauge")
LABEL = re.compile(r'(\w+)="((?:[^"\\\n]|\\[\\"n])*)"')
SAMPLE = re.compile(r'(\w+)\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)')


def parse(text):
    """By metric its samples, by their sorted labels. Each has HELP, TYPE, and a sample at least, each sample once."""
    assert text.endswith("\n"), f"torn: {text[-80:]!r}"
    metrics, helped, typed = {}, None, None
    for line in text[:-1].split("\n"):
        if found := HELP.fullmatch(line):
            assert helped in (None, *metrics), f"no samples of {helped}"
            helped = found[1]
            assert helped not in metrics, f"{helped} twice"
        elif found := TYPE.fullmatch(line):
            typed = found[1]
            assert typed == helped, line
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name == typed == helped, line
            labels = [(label, unescape(text)) for label, text in LABEL.findall(labels)]
            assert len(dict(labels)) == len(labels), line
            key = tuple(sorted(labels))
            assert key not in metrics.setdefault(name, {}), f"twice: {line}"
            metrics[name][key] = float(value)
    return metrics


def unescape(text):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


class Samples:
    """Looked up without the prefix of their names; `common` are labels that all have."""

    def __init__(self, metrics, **common):
        self.metrics = metrics
        self.common = common

    def get(self, name, **labels):
        """None where there is no such sample."""
        samples = self.metrics.get(f"txsurvey_{name}", {})
        return samples.get(tuple(sorted({**self.common, **labels}.items())))

    def __call__(self, name, **labels):
        value = self.get(name, **labels)
        assert value is not None, f"no {name} {labels}"
        return value

    def by(self, name, label, **labels):
        """The samples that have those labels, by another one."""
        wanted = {*self.common.items(), *labels.items()}
        samples = self.metrics[f"txsurvey_{name}"]
        return {dict(key)[label]: value for key, value in samples.items() if wanted <= set(key)}

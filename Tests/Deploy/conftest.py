import pytest

import container
import images
import namespace
import stack as stacks


@pytest.fixture(scope="session")
def built():
    """Both images, built from the Dockerfile once for all."""
    images.build()


@pytest.fixture
def start(built):
    """Starts containers that end with the test: cleanly, or the test fails."""
    started = []

    def starter(image, *arguments, **options):
        started.append(container.Container(image, *arguments, **options))
        return started[-1]

    yield starter
    for one in reversed(started):
        one.end()


@pytest.fixture
def network():
    """A network of the test's own, where ports are free whatever else runs."""
    made = namespace.Namespace()
    yield made
    made.end()


@pytest.fixture
def stack(start, network):
    """The gateway and the local Athena as compose.yaml has them, which nobody has started yet."""
    return stacks.Stack(start, network)

"""Engines in PyTorch: Opacus with two ways to the gradient of each example.

Its others (``functorch``, ``ew``, ``ghost``) took as long as its hooks on this network, or longer.
"""

import torch
from opacus import PrivacyEngine
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.utils.data import DataLoader, TensorDataset

from engines import Engine, problem


def _network() -> nn.Module:
    """Intercept's network with the normalisation over each example, up to the softmax."""
    layers: list[nn.Module] = []
    channels = problem.IMAGE_SHAPE[-1]
    for kernel, pool, stride in problem.BLOCKS:
        layers += [
            nn.Conv2d(channels, problem.FILTERS, kernel),
            nn.ReLU(),
            nn.MaxPool2d(pool, stride),
            nn.GroupNorm(1, problem.FILTERS, eps=1e-3, affine=False),
        ]
        channels = problem.FILTERS
    layers += [
        nn.Flatten(),
        nn.Linear(problem.FILTERS, problem.HIDDEN_UNITS),
        nn.ReLU(),
        nn.Linear(problem.HIDDEN_UNITS, problem.CLASSES),
    ]
    return nn.Sequential(*layers)


class _Private:
    """A network, and Opacus' optimizer over it, which clips, adds noise and hands to Adam.

    Args:
        mode: Opacus' way to the gradients of examples.
    """

    def __init__(self, mode: str) -> None:
        images, self.labels = map(torch.from_numpy, problem.batch())
        # A clone, since the strides of a permuted image of one channel read as channels-last, and
        # from activations in that layout Opacus' hooks compute wrong gradients without a word.
        self.images = images.permute(0, 3, 1, 2).clone(memory_format=torch.contiguous_format)
        self.network = _network()
        dataset = TensorDataset(self.images, self.labels)
        self.module, self.optimizer, _ = PrivacyEngine().make_private(
            module=self.network,
            optimizer=torch.optim.Adam(self.network.parameters(), lr=problem.LEARNING_RATE),
            data_loader=DataLoader(dataset, batch_size=problem.BATCH_SIZE),
            noise_multiplier=problem.NOISE_MULTIPLIER,
            max_grad_norm=problem.L2_NORM_CLIP,
            poisson_sampling=False,  # each step is on the whole batch
            grad_sample_mode=mode,
        )

    def parameters(self) -> list:
        """Copies of the network's parameters, NumPy arrays."""
        return [parameter.detach().numpy().copy() for parameter in self.network.parameters()]


def build_opacus_hooks() -> Engine:
    """Opacus as it comes: hooks on each layer's backward pass."""
    private = _Private("hooks")
    loss = nn.CrossEntropyLoss()

    def step() -> None:
        private.optimizer.zero_grad()
        loss(private.module(private.images), private.labels).backward()
        private.optimizer.step()

    return Engine(step, private.parameters)


def build_opacus_vmap() -> Engine:
    """Opacus' optimizer on gradients that PyTorch vectorises over the examples."""
    private = _Private("no_op")
    parameters = dict(private.network.named_parameters())

    def loss(values: dict, image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        logits = functional_call(private.network, values, image[None])
        return nn.functional.cross_entropy(logits, label[None])

    gradients_by_example = vmap(grad(loss), in_dims=(None, 0, 0))

    def step() -> None:
        private.optimizer.zero_grad()
        values = {name: parameter.detach() for name, parameter in parameters.items()}
        gradients = gradients_by_example(values, private.images, private.labels)
        for name, parameter in parameters.items():
            parameter.grad_sample = gradients[name]
        private.optimizer.step()

    return Engine(step, private.parameters)

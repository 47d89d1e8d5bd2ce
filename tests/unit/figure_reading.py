"""What there is to see on a figure: its images, its words, its legend."""

import numpy as np


def legend_labels(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def shown_images(figure):
    return [np.asarray(image.get_array()) for axes in figure.axes for image in axes.images]


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def inside(figure, artists):
    """Whether all of these lie on the paper."""
    paper = figure.bbox
    boxes = [artist.get_window_extent() for artist in artists]
    return all(
        box.x0 >= paper.x0 and box.x1 <= paper.x1 and box.y0 >= paper.y0 and box.y1 <= paper.y1
        for box in boxes
    )
